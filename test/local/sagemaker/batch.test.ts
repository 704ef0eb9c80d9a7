/** Models, batch transform and tuning through the AWS SDK, with the real trainer and the real scorer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateHyperParameterTuningJobCommand,
  CreateModelCommand,
  CreateProcessingJobCommand,
  CreateTransformJobCommand,
  DeleteModelCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeModelCommand,
  DescribeTransformJobCommand,
  ListModelsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { scoreCsv } from '../../../functions/scoring/score-csv.ts'
import { type RunningCloud, startCloud } from '../../../local/cloud.ts'
import { proposeHyperparameters } from '../../../local/sagemaker/propose-hyperparameters.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { eventually } from '../fake-cloud.ts'

const Bucket = 'batch-bucket'
const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5'
const RoleArn = 'arn:aws:iam::000000000000:role/training'
const rows = Array.from({ length: 300 }, (_, i) => [(i * 37) % 100, (i * 53) % 97] as const)
const train = rows.map(([a, b]) => `${a > b ? 1 : 0},${a},${b}`).join('\n')
const features = rows.slice(0, 40).map(([a, b]) => `${a},${b}`)

let running: RunningCloud
let directory: string
let sagemaker: SageMakerClient
let s3: S3Client
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regimen-batch-'))
  running = await startCloud({ directory, port: 0, services: [sagemakerService()], enforce: false })
  const settings = {
    endpoint: running.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  sagemaker = new SageMakerClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket }))
  const objects = {
    'train/part.csv': train,
    'validation/part.csv': train,
    'in/a.csv': features.slice(0, 25).join('\n'),
    'in/sub/b.csv': `${features.slice(25).join('\n')}\n`,
  }
  for (const [Key, Body] of Object.entries(objects))
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
})
afterAll(async () => {
  await running.stop()
  rmSync(directory, { recursive: true, force: true })
})

const bytes = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}
const channel = (ChannelName: string) => ({
  ChannelName,
  ContentType: 'text/csv',
  DataSource: {
    S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${Bucket}/${ChannelName}/` },
  },
})
const tuning = (HyperParameterTuningJobName: string) => ({
  HyperParameterTuningJobName,
  HyperParameterTuningJobConfig: {
    Strategy: 'Bayesian' as const,
    HyperParameterTuningJobObjective: { Type: 'Maximize' as const, MetricName: 'validation:auc' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 2 },
    ParameterRanges: {
      IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '1', MaxValue: '4' }],
      ContinuousParameterRanges: [
        { Name: 'eta', MinValue: '0.01', MaxValue: '0.5', ScalingType: 'Logarithmic' as const },
      ],
    },
  },
  TrainingJobDefinition: {
    StaticHyperParameters: { objective: 'binary:logistic', num_round: '5' },
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' as const },
    RoleArn,
    InputDataConfig: [channel('train'), channel('validation')],
    OutputDataConfig: { S3OutputPath: `s3://${Bucket}/models` },
    ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  },
})

test('a tuning job trains real models at drawn hyperparameters, and names the best; its model scores a batch', async () => {
  await sagemaker.send(new CreateHyperParameterTuningJobCommand(tuning('search')))
  const described = await eventually('the tuning job ends', async () => {
    const answer = await sagemaker.send(
      new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'search' }),
    )
    return answer.HyperParameterTuningJobStatus === 'InProgress' ? undefined : answer
  })
  expect(described.FailureReason).toBeUndefined()
  expect(described.HyperParameterTuningJobStatus).toBe('Completed')
  expect(described.TrainingJobStatusCounters).toMatchObject({ Completed: 3, InProgress: 0 })
  expect(described.ObjectiveStatusCounters).toEqual({ Succeeded: 3, Pending: 0, Failed: 0 })
  const { TrainingJobSummaries: all = [] } = await sagemaker.send(
    new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'search' }),
  )
  const values = all.map((job) => job.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? 0)
  const best = described.BestTrainingJob
  expect(best?.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBe(Math.max(...values))
  expect(Object.keys(best?.TunedHyperParameters ?? {}).sort()).toEqual(['eta', 'max_depth'])

  const artifact = `models/${best?.TrainingJobName}/output/model.tar.gz`
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'best',
      ExecutionRoleArn: RoleArn,
      PrimaryContainer: { Image: image, ModelDataUrl: `s3://${Bucket}/${artifact}` },
    }),
  )
  await sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName: 'batch',
      ModelName: 'best',
      TransformInput: {
        ContentType: 'text/csv',
        SplitType: 'Line',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/in/` } },
      },
      TransformOutput: { S3OutputPath: `s3://${Bucket}/out`, AssembleWith: 'Line' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    }),
  )
  const transform = await eventually('the transform job ends', async () => {
    const answer = await sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: 'batch' }))
    return answer.TransformJobStatus === 'InProgress' ? undefined : answer
  })
  expect(transform).toMatchObject({ TransformJobStatus: 'Completed', ModelName: 'best' })
  const expected: string[] = []
  for await (const line of scoreCsv(readModel(await bytes(artifact)), features)) expected.push(line)
  const scored = (await bytes('out/a.csv.out')).toString() + (await bytes('out/sub/b.csv.out')).toString()
  expect(scored.trim().split('\n')).toEqual(expected)
})

test('a transform job of a foreign image fails and says why', async () => {
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'foreign',
      ExecutionRoleArn: RoleArn,
      PrimaryContainer: { Image: 'public.ecr.aws/somebody/model:1', ModelDataUrl: `s3://${Bucket}/m.tar.gz` },
    }),
  )
  await sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName: 'foreign',
      ModelName: 'foreign',
      TransformInput: {
        ContentType: 'text/csv',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/in/` } },
      },
      TransformOutput: { S3OutputPath: `s3://${Bucket}/out` },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    }),
  )
  const failed = await eventually('the transform job fails', async () => {
    const answer = await sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: 'foreign' }))
    return answer.TransformJobStatus === 'Failed' ? answer : undefined
  })
  expect(failed.FailureReason).toBe(
    'ClientError: the image public.ecr.aws/somebody/model:1 cannot be run without containers',
  )
})

test('models are described, listed and deleted, and a name is used once', async () => {
  const model = { ModelName: 'one', PrimaryContainer: { Image: image } }
  await sagemaker.send(new CreateModelCommand(model))
  await expect(sagemaker.send(new CreateModelCommand(model))).rejects.toMatchObject({
    message: 'Cannot create already existing model "arn:aws:sagemaker:us-east-1:000000000000:model/one".',
  })
  expect(await sagemaker.send(new DescribeModelCommand({ ModelName: 'one' }))).toMatchObject(model)
  const listed = await sagemaker.send(new ListModelsCommand({ NameContains: 'on' }))
  expect(listed.Models?.map(({ ModelName }) => ModelName)).toEqual(['one'])
  await sagemaker.send(new DeleteModelCommand({ ModelName: 'one' }))
  await expect(sagemaker.send(new DescribeModelCommand({ ModelName: 'one' }))).rejects.toMatchObject({
    message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/one".',
  })
})

test('a processing job is refused, because there are no containers', async () => {
  await expect(
    sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: 'p',
        RoleArn,
        AppSpecification: { ImageUri: image },
        ProcessingResources: {
          ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
        },
      }),
    ),
  ).rejects.toThrow(/runs no containers/)
})

test('draws lie within their ranges, the ends of an integer range included, and are the same again', () => {
  const request = tuning('draws')
  const config = request.HyperParameterTuningJobConfig
  const asked = {
    ...request,
    HyperParameterTuningJobConfig: {
      ...config,
      ParameterRanges: {
        IntegerParameterRanges: [{ Name: 'n', MinValue: '1', MaxValue: '3', ScalingType: 'Auto' as const }],
        ContinuousParameterRanges: [
          { Name: 'x', MinValue: '0.001', MaxValue: '1', ScalingType: 'Logarithmic' as const },
        ],
        CategoricalParameterRanges: [{ Name: 'c', Values: ['a', 'b'] }],
      },
    },
  }
  const drawn = (count: number) =>
    proposeHyperparameters(
      asked,
      Array.from({ length: count }, () => ({ hyperparameters: {} })),
    )
  const draws = Array.from({ length: 200 }, (_, i) => drawn(i))
  expect(new Set(draws.map(({ n }) => n))).toEqual(new Set(['1', '2', '3']))
  expect(new Set(draws.map(({ c }) => c))).toEqual(new Set(['a', 'b']))
  const xs = draws.map(({ x }) => Number(x))
  expect(xs.every((x) => x >= 0.001 && x < 1)).toBe(true)
  // On a logarithmic scale a third of the draws falls into each decade.
  const lowest = xs.filter((x) => x < 0.01).length
  expect(lowest).toBeGreaterThan(40)
  expect(lowest).toBeLessThan(95)
  expect(drawn(7)).toEqual(draws[7])
})
