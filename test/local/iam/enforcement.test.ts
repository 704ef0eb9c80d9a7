import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyResources } from '../deploy/apply-resources.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

const roleArn = 'arn:aws:iam::000000000000:role/reader'
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const resources = [
  {
    type: 'aws:iam/role:Role',
    name: 'reader',
    inputs: {
      name: 'reader',
      assumeRolePolicy: document({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com', AWS: 'arn:aws:iam::000000000000:root' },
        Action: 'sts:AssumeRole',
      }),
    },
  },
  {
    type: 'aws:iam/rolePolicy:RolePolicy',
    name: 'inline',
    inputs: {
      name: 'read',
      role: 'reader',
      policy: document(
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/open/*' },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::data',
          Condition: { StringLike: { 's3:prefix': 'open/*' } },
        },
      ),
    },
  },
]

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud()
  await applyResources(cloud, 'roles', resources)
  const owner = new S3Client({ ...cloud.client(), forcePathStyle: true })
  await owner.send(new CreateBucketCommand({ Bucket: 'data' }))
  for (const Key of ['open/a', 'closed/a'])
    await owner.send(new PutObjectCommand({ Bucket: 'data', Key, Body: Key }))
})
afterAll(() => cloud.stop())

const reader = () => new S3Client({ ...cloud.client(roleArn), forcePathStyle: true })

describe('a call signed with a role’s key', () => {
  it('may do what the policies of the role allow', async () => {
    const { Body } = await reader().send(new GetObjectCommand({ Bucket: 'data', Key: 'open/a' }))
    expect(await Body?.transformToString()).toBe('open/a')
    const { KeyCount } = await reader().send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'open/' }))
    expect(KeyCount).toBe(1)
  })

  it('is refused everything else, with the action and the resource named', async () => {
    await expect(
      reader().send(new GetObjectCommand({ Bucket: 'data', Key: 'closed/a' })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${roleArn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::data/closed/a because no identity-based policy allows it`,
    })
    await expect(
      reader().send(new ListObjectsV2Command({ Bucket: 'data', Prefix: '' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(
      reader().send(new PutObjectCommand({ Bucket: 'data', Key: 'open/b', Body: '' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    const dynamodb = new DynamoDBClient(cloud.client(roleArn))
    await expect(dynamodb.send(new GetItemCommand({ TableName: 'secret', Key: {} }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    expect(readFileSync(join(cloud.directory, 'cloud.log'), 'utf8')).toContain('iam: AccessDenied: User:')
  })

  it('knows who it is, also with keys from AssumeRole', async () => {
    const owner = new STSClient(cloud.client())
    expect((await owner.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:root')
    const { Credentials } = await owner.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'me' }),
    )
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
    }
    const role = new STSClient({ ...cloud.client(), credentials })
    expect((await role.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::000000000000:assumed-role/reader/local',
    )
    const session = { ...credentials, sessionToken: Credentials!.SessionToken! }
    cloud = await cloud.restart()
    const me = new STSClient({ ...cloud.client(), credentials: session })
    expect(await me.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: expect.stringMatching(/^AROA[A-Z0-9]+:me$/),
      Arn: 'arn:aws:sts::000000000000:assumed-role/reader/me',
    })
  })

  it('is recognised after a restart', async () => {
    cloud = await cloud.restart()
    await expect(
      reader().send(new GetObjectCommand({ Bucket: 'data', Key: 'closed/a' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
