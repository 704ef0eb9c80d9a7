/** Policies at resources: what a bucket denies to roles, and which services a topic and a function let in. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ResourcePolicies } from '../../../local/iam/resource-policies.ts'
import { applyResources } from '../deploy/apply-resources.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const roleArn = 'arn:aws:iam::000000000000:role/reader'
const Bucket = 'guarded'

describe('a bucket policy', () => {
  let cloud: TestCloud
  let reader: S3Client
  const apply = (...statements: object[]) =>
    applyResources(cloud, 'guarded', [
      {
        type: 'aws:iam/role:Role',
        name: 'reader',
        inputs: { name: 'reader', assumeRolePolicy: document() },
      },
      {
        type: 'aws:iam/rolePolicy:RolePolicy',
        name: 'all',
        inputs: {
          name: 'all',
          role: 'reader',
          policy: document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
        },
      },
      {
        type: 'aws:s3/bucketPolicy:BucketPolicy',
        name: 'policy',
        inputs: { bucket: Bucket, policy: document(...statements) },
      },
    ])
  beforeAll(async () => {
    cloud = await testCloud()
    const owner = new S3Client({ ...cloud.client(), forcePathStyle: true })
    await owner.send(new CreateBucketCommand({ Bucket }))
    for (const Key of ['open/a', 'secret/a'])
      await owner.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
    reader = new S3Client({ ...cloud.client(roleArn), forcePathStyle: true })
  })
  afterAll(() => cloud.stop())
  const read = (Key: string) => reader.send(new GetObjectCommand({ Bucket, Key }))
  const all = {
    Principal: '*',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
  }

  it('denies what it names, whatever the role may', async () => {
    await apply({ ...all, Effect: 'Deny', Resource: `arn:aws:s3:::${Bucket}/secret/*` })
    expect((await read('open/a')).$metadata.httpStatusCode).toBe(200)
    await expect(read('secret/a')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${roleArn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::${Bucket}/secret/a because an explicit deny in a resource-based policy`,
    })
  })

  it('takes loopback for secure transport, and goes by the principal', async () => {
    const insecure = { Bool: { 'aws:SecureTransport': 'false' } }
    const other = { StringNotEquals: { 'aws:PrincipalArn': roleArn } }
    await apply(
      { ...all, Effect: 'Deny', Condition: insecure },
      { ...all, Effect: 'Deny', Condition: other },
      { ...all, Effect: 'Deny', Principal: { AWS: 'arn:aws:iam::000000000000:role/other' } },
    )
    expect((await read('secret/a')).$metadata.httpStatusCode).toBe(200)
    await apply({ ...all, Effect: 'Deny', Principal: { AWS: roleArn } })
    await expect(read('open/a')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('stands after a restart, and until it is changed', async () => {
    await apply({ ...all, Effect: 'Deny' })
    cloud = await cloud.restart()
    reader = new S3Client({ ...cloud.client(roleArn), forcePathStyle: true })
    await expect(read('open/a')).rejects.toMatchObject({ name: 'AccessDenied' })
    await apply({ ...all, Effect: 'Allow' })
    expect((await read('open/a')).$metadata.httpStatusCode).toBe(200)
  })
})

describe('a service', () => {
  const topic = 'arn:aws:sns:us-east-1:000000000000:alerts'
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/ours-daily'
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topic,
    Condition: {
      StringEquals: { 'aws:SourceAccount': '000000000000' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/ours-*' },
    },
  }
  const policies = () => {
    const directory = mkdtempSync(join(tmpdir(), 'policies-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    return new ResourcePolicies(directory)
  }
  const publish = { action: 'sns:Publish', resource: topic, accountId: '000000000000' }

  it('is let in by name, source and account, and by nothing else', () => {
    const found = policies()
    found.put('a', topic, document(statement))
    const asks = (service: string, sourceArn: string) => found.permits({ ...publish, service, sourceArn })
    expect(asks('events.amazonaws.com', rule)).toBe(true)
    expect(asks('events.amazonaws.com', rule.replace('ours', 'theirs'))).toBe(false)
    expect(asks('cloudwatch.amazonaws.com', rule)).toBe(false)
    found.put('b', topic, document({ ...statement, Effect: 'Deny' }))
    expect(asks('events.amazonaws.com', rule)).toBe(false)
  })

  it('is not judged where no policy stands', () => {
    expect(
      policies().permits({ ...publish, service: 'events.amazonaws.com', sourceArn: rule }),
    ).toBeUndefined()
  })

  it('invokes a function that permits it, at the qualifier that the permission names', async () => {
    const cloud = await testCloud()
    onTestFinished(() => cloud.stop())
    const permission = {
      action: 'lambda:InvokeFunction',
      function: 'work',
      qualifier: 'live',
      principal: 'events.amazonaws.com',
      sourceArn: rule,
    }
    await applyResources(cloud, 'permitted', [
      { type: 'aws:lambda/permission:Permission', name: 'may', inputs: permission },
    ])
    const access = cloud.running.cloud.access
    const invokes = (target: string, source = rule) =>
      access?.permits('events.amazonaws.com', 'lambda:InvokeFunction', target, source, false)
    const work = 'arn:aws:lambda:us-east-1:000000000000:function:work'
    expect(invokes(`${work}:live`)).toBe(true)
    expect(invokes(`${work}:live`, `${rule}-other`)).toBe(false)
    expect(invokes(work)).toBe(false)
    expect(invokes(`${work}-other:live`)).toBe(false)
  })
})
