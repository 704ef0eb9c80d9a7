import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { isAlive, processStartTime } from '../../../local/process-identity.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { enter, type TrainingJob } from '../../../local/sagemaker/training-job.ts'
import type { Json } from '../../../local/service.ts'
import { temporaryDirectory } from '../../builders/temporary-directory.ts'
import { eventually, type FakeCloud, fakeCloud, memoryS3 } from '../fake-cloud.ts'

const trainer = fileURLToPath(new URL('./scripted-trainer.ts', import.meta.url))
const stops: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const dataset = () =>
  new Map([
    ['b/p/train/csv/part-00000.csv', Buffer.from('1,2\n')],
    ['b/p/train/csv/part-00001.csv', Buffer.from('0,3\n')],
    ['b/p/validation/csv/part-00000.csv', Buffer.from('0,3\n')],
  ]) as Map<string, Uint8Array>

function cloudWith(
  objects: Map<string, Uint8Array>,
  options: { concurrency?: number; directory?: string } = {},
) {
  const service = sagemakerService({ trainer, graceMillis: 200, ...options })
  stops.push(() => service.stop?.())
  const cloud = fakeCloud([service, memoryS3(objects)], options)
  return { cloud, service, objects }
}

const channel = (name: string) => ({
  ChannelName: name,
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://b/p/${name}/csv/` } },
})

const jobRequest = (name: string, change: Json = {}): Json => ({
  TrainingJobName: name,
  RoleArn: 'arn:aws:iam::000000000000:role/training',
  AlgorithmSpecification: {
    TrainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    TrainingInputMode: 'File',
  },
  HyperParameters: { script: 'ok' },
  InputDataConfig: [channel('train'), channel('validation')],
  OutputDataConfig: { S3OutputPath: 's3://b/p/model' },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  ...change,
})

const describeJob = (cloud: FakeCloud, name: string) =>
  cloud.ask('sagemaker', 'DescribeTrainingJob', { TrainingJobName: name })

const ended = (cloud: FakeCloud, name: string) =>
  eventually(`${name} ends`, async () => {
    const job = await describeJob(cloud, name)
    return job.TrainingJobStatus === 'InProgress' || job.TrainingJobStatus === 'Stopping' ? undefined : job
  })

const reached = (cloud: FakeCloud, name: string, secondary: string) =>
  eventually(`${name} is ${secondary}`, async () =>
    (await describeJob(cloud, name)).SecondaryStatus === secondary ? true : undefined,
  )

describe('a training job', () => {
  test('trains on its channels and leaves the model where SageMaker leaves it', async () => {
    const { cloud, objects } = cloudWith(dataset())
    const created = await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('job-1'))
    expect(created).toEqual({
      TrainingJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/job-1',
    })
    const job = await ended(cloud, 'job-1')
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://b/p/model/job-1/output/model.tar.gz' },
      HyperParameters: { script: 'ok' },
    })
    expect(job.TrainingTimeInSeconds).toBeGreaterThanOrEqual(1)
    expect(job.BillableTimeInSeconds).toBe(job.TrainingTimeInSeconds)
    expect(job.FinalMetricDataList).toMatchObject([
      { MetricName: 'validation:auc', Value: 0.75 },
      { MetricName: 'train:auc', Value: 0.875 },
    ])
    expect((job.SecondaryStatusTransitions as { Status: string }[]).map(({ Status }) => Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ])
    const archive = objects.get('b/p/model/job-1/output/model.tar.gz')!
    expect(JSON.parse(gunzipSync(archive).toString())).toEqual(['part-00000.csv', 'part-00001.csv'])
  })

  test('tells EventBridge of every change, with times in epoch milliseconds', async () => {
    const { cloud } = cloudWith(dataset())
    await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('job-1'))
    await ended(cloud, 'job-1')
    expect(cloud.emitted.map(({ detail }) => detail.SecondaryStatus)).toEqual([
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ])
    const last = cloud.emitted.at(-1)!
    expect(last).toMatchObject({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Training Job State Change',
      resources: ['arn:aws:sagemaker:us-east-1:000000000000:training-job/job-1'],
      detail: { TrainingJobName: 'job-1', TrainingJobStatus: 'Completed' },
    })
    expect(last.detail.CreationTime).toBeTypeOf('number')
  })

  test('fails with what the algorithm wrote into its failure file, and the exit code', async () => {
    const { cloud, objects } = cloudWith(dataset())
    await cloud.ask(
      'sagemaker',
      'CreateTrainingJob',
      jobRequest('bad', { HyperParameters: { script: 'fail' } }),
    )
    expect(await ended(cloud, 'bad')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: label column has one class, exit code: 1',
    })
    expect([...objects.keys()].some((key) => key.includes('model.tar.gz'))).toBe(false)
    const log = join(cloud.directory('sagemaker'), 'logs', 'bad.log')
    const kept = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
    await eventually('the log is kept', () => (kept() === '' ? undefined : true))
    expect(kept()).toBe('one class only\n')
  })

  test('that outlasts MaxRuntimeInSeconds ends Stopped, and is no success', async () => {
    const { cloud } = cloudWith(dataset())
    const request = jobRequest('slow', {
      HyperParameters: { script: 'hang' },
      StoppingCondition: { MaxRuntimeInSeconds: 1 },
    })
    await cloud.ask('sagemaker', 'CreateTrainingJob', request)
    const job = await ended(cloud, 'slow')
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' })
    expect(job).not.toHaveProperty('ModelArtifacts')
  })

  test('stops when asked, and refuses to be stopped twice', async () => {
    const { cloud } = cloudWith(dataset())
    await cloud.ask(
      'sagemaker',
      'CreateTrainingJob',
      jobRequest('j', { HyperParameters: { script: 'hang' } }),
    )
    await reached(cloud, 'j', 'Training')
    await cloud.ask('sagemaker', 'StopTrainingJob', { TrainingJobName: 'j' })
    expect(await ended(cloud, 'j')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'Stopped',
    })
    await expect(cloud.ask('sagemaker', 'StopTrainingJob', { TrainingJobName: 'j' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'The request was rejected because the training job is in status Stopped.',
    })
  })

  test('waits as Pending while the limit of running jobs is reached', async () => {
    const { cloud } = cloudWith(dataset(), { concurrency: 1 })
    const hang = { HyperParameters: { script: 'hang' } }
    await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('first', hang))
    await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('second'))
    expect(await describeJob(cloud, 'second')).toMatchObject({
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Pending',
    })
    await cloud.ask('sagemaker', 'StopTrainingJob', { TrainingJobName: 'first' })
    expect(await ended(cloud, 'second')).toMatchObject({ TrainingJobStatus: 'Completed' })
  })
})

describe('after a restart of the cloud', () => {
  const twice = (script: string) => {
    const directory = temporaryDirectory('regimen-restart')
    const log = join(directory, 'pids')
    return { directory, log, request: jobRequest('j', { HyperParameters: { script, log } }) }
  }
  const pids = (log: string) => readFileSync(log, 'utf8').trim().split('\n').map(Number)

  test('a job whose process lives is watched again, not started twice', async () => {
    const { directory, log, request } = twice('hang')
    const first = cloudWith(dataset(), { directory })
    await first.cloud.ask('sagemaker', 'CreateTrainingJob', request)
    const [pid] = await eventually('the trainer runs', () => readLog(log))
    // The first cloud is forgotten without a stop, as after a crash.
    const second = cloudWith(dataset(), { directory })
    await second.service.start?.(second.cloud)
    await second.cloud.ask('sagemaker', 'StopTrainingJob', { TrainingJobName: 'j' })
    expect(await ended(second.cloud, 'j')).toMatchObject({ TrainingJobStatus: 'Stopped' })
    expect(pids(log)).toEqual([pid])
    expect(processStartTime(pid!)).toBeUndefined()
  })

  test('a job whose process is gone is run once more', async () => {
    const { directory, log, request } = twice('hang-once')
    const first = cloudWith(dataset(), { directory, concurrency: 1 })
    await first.cloud.ask('sagemaker', 'CreateTrainingJob', request)
    const [pid] = await eventually('the trainer runs', () => readLog(log))
    // What the first cloud would make of its child's end is cut off: a crash takes both.
    await first.service.stop?.()
    await eventually('the trainer is gone', () => processStartTime(pid!) === undefined)
    appendFileSync(`${log}.again`, '')
    const second = cloudWith(dataset(), { directory })
    await second.service.start?.(second.cloud)
    expect(await ended(second.cloud, 'j')).toMatchObject({ TrainingJobStatus: 'Completed' })
    expect(pids(log)).toHaveLength(2)
  })

  test('a job whose data were on their way when the cloud stopped begins again, and no trainer outlives the stop', async () => {
    const { directory, log, request } = twice('ok')
    const first = cloudWith(dataset(), { directory })
    await first.cloud.ask('sagemaker', 'CreateTrainingJob', request)
    await first.service.stop?.()
    expect(readLog(log)).toBeUndefined()
    expect(await describeJob(first.cloud, 'j')).toMatchObject({ TrainingJobStatus: 'InProgress' })
    const second = cloudWith(dataset(), { directory })
    await second.service.start?.(second.cloud)
    expect(await ended(second.cloud, 'j')).toMatchObject({ TrainingJobStatus: 'Completed' })
    expect(pids(log)).toHaveLength(1)
  })
})

function readLog(log: string): number[] | undefined {
  try {
    const found = readFileSync(log, 'utf8').trim().split('\n').map(Number)
    return found.length > 0 && found[0] !== 0 ? found : undefined
  } catch {
    return undefined
  }
}

describe('CreateTrainingJob refuses', () => {
  test('a name that was used before, for ever', async () => {
    const { cloud } = cloudWith(dataset())
    await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('job-1'))
    await ended(cloud, 'job-1')
    await expect(cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('job-1'))).rejects.toMatchObject({
      code: 'ResourceInUse',
      message:
        'Training job names must be unique within an AWS account and region, and a training job with this name already exists (arn:aws:sagemaker:us-east-1:000000000000:training-job/job-1)',
    })
  })

  test('an underscore in the name, in the words of AWS', async () => {
    const { cloud } = cloudWith(dataset())
    await expect(cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('a_b'))).rejects.toMatchObject({
      code: 'ValidationException',
      message:
        "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    })
  })

  test('a channel without objects', async () => {
    const { cloud } = cloudWith(new Map())
    await expect(cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest('j'))).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('No S3 objects found under S3 URL "s3://b/p/train/csv/"'),
    })
  })

  test('a job that nobody created is not described', async () => {
    const { cloud } = cloudWith(dataset())
    await expect(describeJob(cloud, 'nobody')).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Requested resource not found.',
    })
  })
})

test('ListTrainingJobs filters, sorts and pages', async () => {
  const { cloud } = cloudWith(dataset())
  for (const name of ['alpha-1', 'alpha-2', 'beta-1'])
    await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest(name))
  for (const name of ['alpha-1', 'alpha-2', 'beta-1']) await ended(cloud, name)
  const query = { NameContains: 'alpha', SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 1 }
  const first = await cloud.ask('sagemaker', 'ListTrainingJobs', query)
  expect(first.TrainingJobSummaries).toMatchObject([
    { TrainingJobName: 'alpha-1', TrainingJobStatus: 'Completed' },
  ])
  const second = await cloud.ask('sagemaker', 'ListTrainingJobs', { ...query, NextToken: first.NextToken })
  expect(second.TrainingJobSummaries).toMatchObject([{ TrainingJobName: 'alpha-2' }])
  expect(second).not.toHaveProperty('NextToken')
})

test('a live process has an identity, and another start time is another process', () => {
  const startTime = processStartTime(process.pid)!
  expect(isAlive({ pid: process.pid, startTime })).toBe(true)
  expect(isAlive({ pid: process.pid, startTime: 'earlier' })).toBe(false)
})

test('transitions close one another and never overlap', () => {
  const secondary = [
    'Starting',
    'Pending',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
    'Failed',
    'Stopped',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...secondary), { minLength: 1 }), (steps) => {
      let now = 0
      const blank: TrainingJob = {
        name: 'j',
        arn: 'a',
        roleArn: 'r',
        request: {},
        status: 'InProgress',
        secondaryStatus: '',
        transitions: [],
        createdAt: '',
        modifiedAt: '',
        metrics: [],
        attempts: 0,
      }
      const job = steps.reduce((before, step) => {
        now += 1_000
        return enter(before, step, new Date(now))
      }, blank)
      for (const [at, { EndTime }] of job.transitions.entries())
        if (at + 1 < job.transitions.length) expect(EndTime! <= job.transitions[at + 1]!.StartTime).toBe(true)
      expect(job.transitions.at(-1)!.Status).toBe(steps.at(-1))
    }),
  )
})
