import { expect, test } from 'vitest'
import { controlWaivers, starWaivers } from '../../infra/waivers.ts'
import { evaluate, type Recorded, statements } from './record-program.ts'

const prod = await evaluate('prod')
const roleStatements = prod
  .of('aws:iam/policy:Policy')
  .flatMap(({ name, inputs }) => statements(inputs.policy).map((statement) => ({ name, ...statement })))
const key = 'arn:aws:kms:eu-central-1:123456789012:key/key-id'

/** The configuration of one kind that belongs to a bucket. */
function ofBucket(kind: string, bucket: Recorded): Recorded | undefined {
  return prod.of(kind).find(({ inputs }) => inputs.bucket === bucket.inputs.bucket)
}
const buckets = prod.of('aws:s3/bucket:Bucket')
const withoutLogs = buckets.filter(({ inputs }) => !String(inputs.bucket).endsWith('-logs'))

test('a statement on every resource allows waived actions alone', () => {
  const waived = new Set(starWaivers.map(({ action }) => action))
  const unwaived = roleStatements
    .filter(({ Effect, Resource }) => Effect === 'Allow' && Resource.includes('*'))
    .flatMap(({ name, Action }) => Action.map((action) => ({ name, action })))
    .filter(({ action }) => !waived.has(action))
  expect(unwaived).toEqual([])
})

test('every waiver still matches something', () => {
  const starred = new Set(
    roleStatements.filter(({ Resource }) => Resource.includes('*')).flatMap(({ Action }) => Action),
  )
  expect(starWaivers.filter(({ action }) => !starred.has(action))).toEqual([])
  const matches = (waiver: (typeof controlWaivers)[number]) =>
    prod
      .of(waiver.type)
      .some(({ inputs }) => String(inputs.bucket ?? inputs.name).endsWith(waiver.nameEndsWith ?? ''))
  expect(controlWaivers.filter((waiver) => !matches(waiver))).toEqual([])
})

test('no role is granted a whole service or a wildcard action', () => {
  const wide = roleStatements.filter(
    ({ Effect, Action }) => Effect === 'Allow' && Action.some((a) => a.includes('*')),
  )
  expect(wide).toEqual([])
})

test('roles use the one key and no other', () => {
  const used = roleStatements.filter(({ Action }) => Action.some((action) => action.startsWith('kms:')))
  expect(new Set(used.flatMap(({ Resource }) => Resource))).toEqual(new Set([key]))
})

test('a role is passed by exact ARN and to one service', () => {
  const passed = roleStatements.filter(({ Action }) => Action.includes('iam:PassRole'))
  expect(passed.map(({ Resource, Condition }) => ({ Resource, Condition }))).toEqual([
    {
      Resource: ['arn:aws:iam::123456789012:role/regimen-prod-adherence-sagemaker'],
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    },
  ])
})

test('every policy fits the 6,144 characters of a managed one', () => {
  for (const { name, inputs } of prod.of('aws:iam/policy:Policy'))
    expect(String(inputs.policy).length, name).toBeLessThanOrEqual(6_144)
})

test('every role trusts one service on behalf of this account', () => {
  for (const { inputs } of prod.of('aws:iam/role:Role')) {
    const [statement, ...others] = statements(inputs.assumeRolePolicy)
    expect(others).toEqual([])
    expect(statement?.Principal).toEqual({ Service: expect.stringMatching(/^[a-z]+\.amazonaws\.com$/) })
    expect(statement?.Condition).toEqual({ StringEquals: { 'aws:SourceAccount': '123456789012' } })
  }
})

test('no two functions share a role', () => {
  const roles = prod.of('aws:lambda/function:Function').map(({ inputs }) => inputs.role)
  expect(new Set(roles).size).toBe(roles.length)
})

test('buckets are private, versioned, without ACLs, and speak TLS only', () => {
  expect(buckets).toHaveLength(2)
  for (const bucket of buckets) {
    expect(bucket.inputs).not.toHaveProperty('forceDestroy')
    expect(ofBucket('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', bucket)?.inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    expect(ofBucket('aws:s3/bucketVersioning:BucketVersioning', bucket)?.inputs).toMatchObject({
      versioningConfiguration: { status: 'Enabled' },
    })
    expect(ofBucket('aws:s3/bucketOwnershipControls:BucketOwnershipControls', bucket)?.inputs).toMatchObject({
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    })
    const policy = statements(ofBucket('aws:s3/bucketPolicy:BucketPolicy', bucket)?.inputs.policy)
    const arn = `arn:aws:s3:::${bucket.inputs.bucket}`
    expect(policy[0]).toEqual({
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
    expect(policy.filter(({ Effect, Principal }) => Effect === 'Allow' && Principal === '*')).toEqual([])
  }
})

test('uploads that were abandoned and versions that were replaced go away', () => {
  for (const bucket of buckets) {
    const configuration = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration'
    expect(ofBucket(configuration, bucket)?.inputs.rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }),
        expect.objectContaining({ noncurrentVersionExpiration: { noncurrentDays: 90 } }),
      ]),
    )
  }
})

test('data is encrypted under the own key, logged, and announced to EventBridge', () => {
  for (const bucket of withoutLogs) {
    const encryption =
      'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'
    expect(ofBucket(encryption, bucket)?.inputs.rules).toEqual([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key },
        bucketKeyEnabled: true,
      },
    ])
    expect(ofBucket('aws:s3/bucketLogging:BucketLogging', bucket)?.inputs.targetBucket).toBe(
      `${bucket.inputs.bucket}-logs`,
    )
    expect(ofBucket('aws:s3/bucketNotification:BucketNotification', bucket)?.inputs.eventbridge).toBe(true)
  }
})

test('the table can be had back, is encrypted, and cannot be deleted by mistake', () => {
  expect(prod.of('aws:dynamodb/table:Table')[0]?.inputs).toMatchObject({
    name: 'regimen-prod',
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'pk',
    rangeKey: 'sk',
    globalSecondaryIndexes: [{ name: 'gsi1', hashKey: 'gsi1pk', rangeKey: 'gsi1sk', projectionType: 'ALL' }],
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true, kmsKeyArn: key },
    deletionProtectionEnabled: true,
  })
})

test('the key rotates and waits thirty days before it goes', () => {
  expect(prod.of('aws:kms/key:Key')[0]?.inputs).toMatchObject({
    enableKeyRotation: true,
    deletionWindowInDays: 30,
  })
})

test('state machines log everything but data, and are traced', () => {
  const machines = prod.of('aws:sfn/stateMachine:StateMachine')
  expect(machines).toHaveLength(3)
  for (const { inputs } of machines)
    expect(inputs).toMatchObject({
      loggingConfiguration: { level: 'ALL', includeExecutionData: false },
      tracingConfiguration: { enabled: true },
    })
})

test('log groups are encrypted and kept for at least a year', () => {
  const groups = prod.of('aws:cloudwatch/logGroup:LogGroup')
  expect(groups).toHaveLength(24)
  for (const { inputs } of groups) {
    expect(inputs.kmsKeyId).toBe(key)
    expect(Number(inputs.retentionInDays)).toBeGreaterThanOrEqual(365)
  }
})

test('the topic and the queue are encrypted under the own key', () => {
  expect(prod.of('aws:sns/topic:Topic')[0]?.inputs.kmsMasterKeyId).toBe(key)
  expect(prod.of('aws:sqs/queue:Queue')[0]?.inputs.kmsMasterKeyId).toBe(key)
})

test('a function is called from outside for one source only', () => {
  const permissions = prod.of('aws:lambda/permission:Permission')
  expect(permissions).toHaveLength(3)
  for (const { inputs } of permissions) {
    expect(inputs.principal).toBe('events.amazonaws.com')
    expect(inputs.sourceArn).toMatch(/^arn:aws:events:eu-central-1:123456789012:rule\/regimen-prod-/)
    expect(inputs.qualifier).toBe('live')
  }
})
