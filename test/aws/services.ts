/** The same calls of services on AWS and on a local cloud: what they answer, or the code of the error. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { startCloud } from '../../local/cloud.ts'
import { services } from '../../local/services.ts'
import type { Comparison } from './witness.ts'

interface Clients {
  readonly s3: S3Client
  readonly sfn: SFNClient
  readonly sagemaker: SageMakerClient
  readonly account: string
}
type Call = (clients: Clients, bucket: string) => Promise<unknown>

const body = async (command: GetObjectCommand, { s3 }: Clients) =>
  (await s3.send(command)).Body?.transformToString()

/** In this order: later ones see what earlier ones did. */
const calls: Readonly<Record<string, Call>> = {
  'a conditional put of a new key': async ({ s3 }, Bucket) => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'one', IfNoneMatch: '*' }))
    return ETag
  },
  'the same put again': ({ s3 }, Bucket) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'two', IfNoneMatch: '*' })),
  'a put against another ETag': ({ s3 }, Bucket) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'two', IfMatch: '"0"' })),
  'a range': (clients, Bucket) =>
    body(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=1-1' }), clients),
  'a range beyond the end': (clients, Bucket) =>
    body(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=9-' }), clients),
  'a key that is not there': (clients, Bucket) => body(new GetObjectCommand({ Bucket, Key: 'b' }), clients),
  'a listing': async ({ s3 }, Bucket) => {
    const { KeyCount, Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket }))
    return { KeyCount, IsTruncated, keys: Contents.map(({ Key }) => Key) }
  },
  'an execution that is not there': ({ sfn, account }) =>
    sfn.send(
      new DescribeExecutionCommand({
        executionArn: `arn:aws:states:us-east-1:${account}:execution:none:none`,
      }),
    ),
  'a start of a machine that is not there': ({ sfn, account }) =>
    sfn.send(
      new StartExecutionCommand({ stateMachineArn: `arn:aws:states:us-east-1:${account}:stateMachine:none` }),
    ),
  'an ARN that is none': ({ sfn }) => sfn.send(new DescribeExecutionCommand({ executionArn: 'none' })),
  'a training job that is not there': ({ sagemaker }) =>
    sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'none' })),
}

/** @param account the caller's on AWS */
export async function compareServices(account: string): Promise<Comparison[]> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-witness-'))
  const local = await startCloud({ directory, port: 0, services: services(), region: 'us-east-1' })
  const settings = {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  const bucket = `regimen-witness-${randomUUID()}`
  try {
    const here = await answers(
      {
        s3: new S3Client({ ...settings, forcePathStyle: true }),
        sfn: new SFNClient(settings),
        sagemaker: new SageMakerClient(settings),
        account: local.cloud.accountId,
      },
      bucket,
    )
    const region = 'us-east-1'
    const there = await answers(
      {
        s3: new S3Client({ region }),
        sfn: new SFNClient({ region }),
        sagemaker: new SageMakerClient({ region }),
        account,
      },
      bucket,
    )
    return Object.keys(calls).map((what) => ({ what, aws: there[what], local: here[what] }))
  } finally {
    await local.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function answers(clients: Clients, Bucket: string): Promise<Record<string, unknown>> {
  await clients.s3.send(new CreateBucketCommand({ Bucket }))
  const found: Record<string, unknown> = {}
  try {
    for (const [what, call] of Object.entries(calls)) {
      found[what] = await call(clients, Bucket).then(
        (value) => value ?? null,
        (error: unknown) => ({ error: error instanceof Error ? error.name : String(error) }),
      )
    }
  } finally {
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    await clients.s3.send(new DeleteBucketCommand({ Bucket }))
  }
  return found
}
