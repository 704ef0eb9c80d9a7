/** What the S3 suites share: a client, a fresh bucket, and short words for put and get. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { type Server, unique } from './contract.ts'

/** Parameters beside the key; another bucket where the first one is not meant. */
type Elsewhere<Input> = Omit<Input, 'Bucket' | 'Key'> & { Bucket?: string }

export interface S3Tools {
  readonly s3: S3Client
  readonly endpoint: string
  readonly bucket: string
  /** Versioning is on. */
  readonly versioned: string
  put(
    Key: string,
    Body: NonNullable<PutObjectCommandInput['Body']>,
    more?: Elsewhere<PutObjectCommandInput>,
  ): Promise<PutObjectCommandOutput>
  get(Key: string, more?: Elsewhere<GetObjectCommandInput>): Promise<string>
}

export async function openS3({ client, endpoint }: Server): Promise<S3Tools> {
  const s3 = new S3Client({ ...client, forcePathStyle: true })
  const bucket = unique('contract')
  const versioned = unique('versioned')
  for (const Bucket of [bucket, versioned]) await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration: { Status: 'Enabled' } }),
  )
  return {
    s3,
    endpoint,
    bucket,
    versioned,
    put: async (Key, Body, more = {}) =>
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...more })),
    async get(Key, more = {}) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }))
      return (await Body?.transformToString()) ?? ''
    },
  }
}

export const documented = (page: string) => `https://docs.aws.amazon.com/AmazonS3/latest/${page}`
