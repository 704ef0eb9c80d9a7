import { describe, expect, test } from 'vitest'
import { functionEntries } from '../../infra/functions.ts'
import { startingDefinition } from '../../local/rig/starting-definition.ts'
import { AwsError } from '../../local/service.ts'
import { runDefinition } from '../../local/states/run-definition.ts'
import { projects } from '../../stacks/projects.ts'
import { executionArn, jsonata, openEngine, runOn, startOf } from '../local/states/fake-engine.ts'

const project = Object.values(projects)[0]!
const bucket = 'regimen-dev-000000000000-us-east-1'
/** The real training flow; a Map stands as one task, so that the test answers it too. */
const training = JSON.parse(startingDefinition('training', project, bucket, Object.keys(functionEntries)))
for (const [name, state] of Object.entries<Record<string, unknown>>(training.States)) {
  const { Type, Assign, Output, Next } = state
  if (Type === 'Map')
    training.States[name] = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Assign, Output, Next }
}
const run = {
  contract: 1,
  runId: 'r000000000000001',
  projectUri: 's3://b/p.json',
  runUri: `s3://${bucket}/demo/runs/r`,
}
const input = {
  ...run,
  project: project.id,
  requestedBy: 'ada',
  dataset: { name: 'd', version: '1', uri: 's3://b/d' },
}
const payload = (value: unknown) => ({ Payload: value })
const counts = { train: 1, validation: 1, calibration: 1, test: 1 }
const job = {
  TrainingJobName: 'j',
  AlgorithmSpecification: { TrainingImage: 'i' },
  ModelArtifacts: { S3ModelArtifacts: 's3://b/m' },
}
const completed = { ...job, TrainingJobStatus: 'Completed' }

/** Everything goes well but for what a test changes. */
const answers = (change: Record<string, unknown>) => ({
  PlanParts: payload({ planUri: `s3://${bucket}/plan.json`, parts: 1 }),
  ProfileParts: [],
  MergeProfile: payload({ profileUri: 's3://b/profile', rows: 1, quality: { passed: true, summary: '' } }),
  FitEncoder: payload({ encoderUri: 's3://b/encoder' }),
  TransformParts: [{ rows: counts, positives: counts }],
  PlanTraining: payload({
    hyperparameters: {},
    instanceType: 'ml.m5.xlarge',
    maxRuntimeSeconds: 60,
    engine: 'e',
  }),
  RecordParameters: payload({ steps: 0 }),
  Train: completed,
  ResolveChampion: payload({ champion: null }),
  EvaluateParts: [],
  MergeEvaluation: payload({
    evaluationUri: 's3://b/e',
    decisionUri: 's3://b/x',
    metrics: {},
    gate: { passed: true, summary: '' },
  }),
  RecordResults: payload({ steps: 1 }),
  RegisterModel: payload({ modelPackageArn: 'arn', modelVersion: '1', status: 'PendingManualApproval' }),
  WriteReport: payload({ reportUri: 's3://b/report' }),
  ...change,
})

async function train(change: Record<string, unknown>) {
  const end = await runDefinition(training, { input, mock: answers(change) })
  const entered = end.events.flatMap(({ stateEnteredEventDetails: state }) =>
    typeof state === 'object' && state !== null && 'name' in state ? [String(state.name)] : [],
  )
  const attempts = (type: string) => end.events.filter((event) => event.type === type).length
  return { ...end, entered, failedTasks: attempts('TaskFailed') }
}

const failure = (error: string) => ({ error, cause: 'c' })

describe('20 a training job that does not complete', () => {
  test('20 a flow in which nothing is wrong registers', async () => {
    const { status, entered, cause } = await train({})
    expect(cause).toBeUndefined()
    expect(status).toBe('SUCCEEDED')
    expect(entered).toContain('RegisterModel')
  })

  test('20 one that was stopped or hit its time limit registers nothing', async () => {
    const { status, error, entered } = await train({ Train: { ...job, TrainingJobStatus: 'Stopped' } })
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'TrainingStopped' })
    expect(entered).not.toContain('RegisterModel')
  })

  test.each([
    ['failed (spot interruption, algorithm error)', 'States.TaskFailed', 1],
    ['outlasted the state', 'States.Timeout', 1],
    ['was refused by validation or throttled', 'SageMaker.AmazonSageMakerException', 5],
    ['found no capacity', 'SageMaker.ResourceLimitExceededException', 21],
  ])(
    '20 one that %s registers nothing, after the attempts that its cause deserves',
    async (_, error, attempts) => {
      const end = await train({ Train: failure(error) })
      expect(end).toMatchObject({ status: 'FAILED', error })
      expect(end.entered).not.toContain('RegisterModel')
      expect(end.events.filter(({ type }) => type === 'TaskFailed' || type === 'TaskTimedOut')).toHaveLength(
        attempts,
      )
    },
  )

  test('20 one that finds capacity at the third attempt is registered', async () => {
    const none = failure('SageMaker.ResourceLimitExceededException')
    const { status, failedTasks, entered } = await train({ Train: [none, none, completed] })
    expect({ status, failedTasks }).toEqual({ status: 'SUCCEEDED', failedTasks: 2 })
    expect(entered).toContain('RegisterModel')
  })
})

describe('21 a name of a job that is taken', () => {
  const trainState = (extra: Record<string, unknown> = {}) =>
    jsonata({
      Train: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
        Arguments: {
          TrainingJobName:
            "{% 'job-' & $string($states.context.State.RetryCount) & '-' & $string($states.context.Execution.RedriveCount) %}",
        },
        Output: '{% $states.result.TrainingJobName %}',
        End: true,
        ...extra,
      },
    })
  const names = (calls: { action: string; input: Record<string, unknown> }[]) =>
    calls
      .filter(({ action }) => action === 'sagemaker:CreateTrainingJob')
      .map(({ input: { TrainingJobName } }) => TrainingJobName)

  test('21 every retry and every redrive asks under a name of its own', async () => {
    const jobs = new Map<string, string>()
    const { engine, calls } = await openEngine({
      'sagemaker:CreateTrainingJob': ({ TrainingJobName: name }) => {
        if (jobs.has(String(name))) throw new AwsError('ResourceInUse', 'the name is taken')
        jobs.set(String(name), jobs.size < 3 ? 'Failed' : 'Completed')
        return {}
      },
      'sagemaker:DescribeTrainingJob': ({ TrainingJobName: name }) => ({
        TrainingJobName: name,
        TrainingJobStatus: jobs.get(String(name)),
      }),
    })
    const Retry = [
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1, JitterStrategy: 'FULL' },
    ]
    expect((await runOn(engine, trainState({ Retry }))).status).toBe('FAILED')
    await engine.redrive(executionArn('one'))
    expect((await engine.ended(executionArn('one')))?.output).toBe('job-1-1')
    expect(names(calls)).toEqual(['job-0-0', 'job-1-0', 'job-0-1', 'job-1-1'])
  })

  test('21 a job that this very attempt had started before a crash is adopted, not started again', async () => {
    const jobs = new Set<string>()
    let broken = true
    const answering = {
      'sagemaker:CreateTrainingJob': async ({ TrainingJobName: name }: Record<string, unknown>) => {
        if (jobs.has(String(name))) throw new AwsError('ResourceInUse', 'the name is taken')
        jobs.add(String(name))
        // The answer never arrives: the cloud is gone before.
        if (broken) await first.engine.close()
        return {}
      },
      'sagemaker:DescribeTrainingJob': ({ TrainingJobName: name }: Record<string, unknown>) => {
        if (!jobs.has(String(name)))
          throw new AwsError('ValidationException', 'Requested resource not found.')
        return { TrainingJobName: name, TrainingJobStatus: 'Completed' }
      },
    }
    const first = await openEngine(answering)
    await first.engine.start(startOf(trainState()))
    await first.engine.ended(executionArn('one'))
    broken = false
    const next = await openEngine(answering, { directory: first.directory })
    await next.engine.resume()
    await next.engine.ended(executionArn('one'))
    expect((await next.engine.ends(executionArn('one')))?.end?.output).toBe('job-0-0')
    expect(names(next.calls)).toEqual([])
  })

  test("21 somebody else's job is not adopted: the error says whose the name is", async () => {
    const { engine } = await openEngine({
      'sagemaker:CreateTrainingJob': () => {
        throw new AwsError('ResourceInUse', 'a training job with this name already exists (arn:theirs)')
      },
    })
    const end = await runOn(engine, trainState())
    expect(end).toMatchObject({ status: 'FAILED', error: 'SageMaker.ResourceInUseException' })
    expect(end.cause).toContain('arn:theirs')
  })

  test('21 the training flow puts run, retry and redrive into the name', () => {
    expect(training.States.Train.Arguments.TrainingJobName).toMatch(/RetryCount.*RedriveCount/)
  })
})
