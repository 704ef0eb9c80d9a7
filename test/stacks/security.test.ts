import { expect, test } from 'vitest'
import { evaluate, noCode, type Recorded, statements } from './record-program.ts'

/** What is exact in this program beyond the rules of `infra/policy`, which `policy.test.ts` holds it against. */
const prod = await evaluate('prod', {}, noCode)
const roleStatements = prod
  .of('aws:iam/policy:Policy')
  .flatMap(({ name, inputs }) => statements(inputs.policy).map((statement) => ({ name, ...statement })))
const key = 'arn:aws:kms:eu-central-1:123456789012:key/key-id'

/** The configuration of one kind that belongs to a bucket. */
function ofBucket(kind: string, bucket: Recorded): Recorded | undefined {
  return prod.of(kind).find(({ inputs }) => inputs.bucket === bucket.inputs.bucket)
}
const data = prod.one('aws:s3/bucket:Bucket', 'regimen-data')

test('no role but a boundary is granted a wildcard action', () => {
  const wide = roleStatements.filter(
    ({ name, Effect, Action }) =>
      !name.includes('boundary') &&
      Effect === 'Allow' &&
      [Action].flat().some((action) => action.includes('*')),
  )
  expect(wide).toEqual([])
})

test('the role of training jobs is passed to SageMaker, by the state machines alone', () => {
  const passed = roleStatements.filter(
    ({ Effect, Action }) => Effect === 'Allow' && Action.includes('iam:PassRole'),
  )
  for (const { Resource, Condition } of passed)
    expect({ Resource, Condition }).toEqual({
      Resource: ['arn:aws:iam::123456789012:role/regimen-prod-adherence-sagemaker'],
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    })
  expect(passed.length).toBeGreaterThan(0)
})

test('what was replaced in the data bucket can be had back for ninety days', () => {
  const configuration = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration'
  expect(ofBucket(configuration, data)?.inputs.rules).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }),
      expect.objectContaining({ noncurrentVersionExpiration: { noncurrentDays: 90 } }),
    ]),
  )
})

test('data is encrypted under the own key, logged, and announced to EventBridge', () => {
  const encryption = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'
  expect(ofBucket(encryption, data)?.inputs.rules).toEqual([
    {
      applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key },
      bucketKeyEnabled: true,
    },
  ])
  expect(ofBucket('aws:s3/bucketLogging:BucketLogging', data)?.inputs.targetBucket).toBe(
    `${data.inputs.bucket}-logs`,
  )
  expect(ofBucket('aws:s3/bucketNotification:BucketNotification', data)?.inputs.eventbridge).toBe(true)
})

test('the table has the keys and the index that the stores use', () => {
  expect(prod.of('aws:dynamodb/table:Table')[0]?.inputs).toMatchObject({
    name: 'regimen-prod',
    hashKey: 'pk',
    rangeKey: 'sk',
    globalSecondaryIndexes: [{ name: 'gsi1', hashKey: 'gsi1pk', rangeKey: 'gsi1sk', projectionType: 'ALL' }],
  })
})

test('a function is called from outside by rules of this environment only', () => {
  const permissions = prod.of('aws:lambda/permission:Permission')
  expect(permissions.length).toBeGreaterThanOrEqual(2)
  for (const { inputs } of permissions) {
    expect(inputs.principal).toBe('events.amazonaws.com')
    expect(inputs.sourceArn).toMatch(/^arn:aws:events:eu-central-1:123456789012:rule\/regimen-prod-/)
    expect(inputs.qualifier).toBe('live')
  }
})
