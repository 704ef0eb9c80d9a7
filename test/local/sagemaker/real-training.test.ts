import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningCloud, startCloud } from '../../../local/cloud.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { eventually } from '../fake-cloud.ts'

let running: RunningCloud
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regimen-training-'))
  // A role without policies may do nothing, and no roles are deployed here.
  running = await startCloud({ directory, port: 0, services: [sagemakerService()], enforce: false })
})
afterAll(async () => {
  await running.stop()
  rmSync(directory, { recursive: true, force: true })
})

const settings = () => ({
  endpoint: running.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})

/** Label first: 1 where the first feature is above the second. */
function table(rows: number, seed: number): string {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  const lines = Array.from({ length: rows }, () => {
    const [a, b] = [random(), random()]
    return `${a > b ? 1 : 0},${a.toFixed(4)},${b.toFixed(4)}`
  })
  return `${lines.join('\n')}\n`
}

test('an AWS client trains a real model from S3 to S3, and reads its metrics', async () => {
  const s3 = new S3Client({ ...settings(), forcePathStyle: true })
  const sagemaker = new SageMakerClient(settings())
  await s3.send(new CreateBucketCommand({ Bucket: 'models-bucket' }))
  for (const [channel, seed] of [
    ['train', 1],
    ['validation', 2],
  ] as const)
    await s3.send(
      new PutObjectCommand({
        Bucket: 'models-bucket',
        Key: `${channel}/csv/part-00000.csv`,
        Body: table(400, seed),
      }),
    )
  const channel = (name: string) => ({
    ChannelName: name,
    ContentType: 'text/csv',
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://models-bucket/${name}/csv/` },
    },
  })
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'real',
      RoleArn: 'arn:aws:iam::000000000000:role/training',
      AlgorithmSpecification: {
        TrainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
        TrainingInputMode: 'File',
      },
      HyperParameters: { objective: 'binary:logistic', num_round: '20', max_depth: '4', eval_metric: 'auc' },
      InputDataConfig: [channel('train'), channel('validation')],
      OutputDataConfig: { S3OutputPath: 's3://models-bucket/model' },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    }),
  )
  const job = await eventually('the job ends', async () => {
    const answer = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'real' }))
    return answer.TrainingJobStatus === 'InProgress' ? undefined : answer
  })
  expect(job).toMatchObject({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' })
  const auc = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:auc')
  expect(auc?.Value).toBeGreaterThan(0.9)
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: 'models-bucket', Key: 'model/real/output/model.tar.gz' }),
  )
  const archive = await Body!.transformToByteArray()
  expect([...archive.slice(0, 2)]).toEqual([0x1f, 0x8b])
})
