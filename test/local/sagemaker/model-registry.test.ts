import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import type { Json } from '../../../local/service.ts'
import { type FakeCloud, fakeCloud } from '../fake-cloud.ts'

const registry = (directory?: string) =>
  fakeCloud([sagemakerService()], directory === undefined ? {} : { directory })

async function withGroup(cloud = registry()): Promise<FakeCloud> {
  await cloud.ask('sagemaker', 'CreateModelPackageGroup', { ModelPackageGroupName: 'g' })
  return cloud
}

const create = async (cloud: FakeCloud, input: Json = {}) => {
  const { ModelPackageArn } = await cloud.ask('sagemaker', 'CreateModelPackage', {
    ModelPackageGroupName: 'g',
    ...input,
  })
  return String(ModelPackageArn)
}

const versionIn = (arn: string) => Number(arn.slice(arn.lastIndexOf('/') + 1))

describe('the model registry', () => {
  // Feature: mlops-platform, Property 22: Model version uniqueness
  test('gives concurrent registrations the versions 1 to n, each once, and each can be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), async (count) => {
        const cloud = await withGroup()
        const arns = await Promise.all(Array.from({ length: count }, () => create(cloud)))
        expect(arns.map(versionIn).sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, at) => at + 1),
        )
        for (const ModelPackageName of arns)
          expect(await cloud.ask('sagemaker', 'DescribeModelPackage', { ModelPackageName })).toMatchObject({
            ModelPackageArn: ModelPackageName,
            ModelApprovalStatus: 'PendingManualApproval',
          })
      }),
      { numRuns: 100 },
    )
  })

  test('gives 100 concurrent registrations the versions 1 to 100, also when each is sent twice', async () => {
    const cloud = await withGroup()
    const tokens = Array.from({ length: 100 }, (_, at) => `token-${at}`)
    const arns = await Promise.all(
      [...tokens, ...tokens].map((ClientToken) => create(cloud, { ClientToken })),
    )
    expect(new Set(arns).size).toBe(100)
    expect(arns.slice(0, 100)).toEqual(arns.slice(100))
    expect(Math.max(...arns.map(versionIn))).toBe(100)
  })

  // Feature: mlops-platform, Property 23: Model version preservation
  test('leaves earlier versions as they are when another is registered', async () => {
    const metadata = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z0-9 .]{0,20}$/))
    await fc.assert(
      fc.asyncProperty(metadata, metadata, async (first, second) => {
        const cloud = await withGroup()
        const ModelPackageName = await create(cloud, { CustomerMetadataProperties: first })
        const before = await cloud.ask('sagemaker', 'DescribeModelPackage', { ModelPackageName })
        await create(cloud, { CustomerMetadataProperties: second })
        expect(await cloud.ask('sagemaker', 'DescribeModelPackage', { ModelPackageName })).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  test('keeps versions over a restart, and gives the number of a deleted one to nobody', async () => {
    const first = await withGroup()
    const directory = first.directory('').replace(/\/$/, '')
    await create(first)
    const second = await create(first)
    await first.ask('sagemaker', 'DeleteModelPackage', { ModelPackageName: second })
    const restarted = registry(directory)
    expect(versionIn(await create(restarted))).toBe(3)
    const { ModelPackageSummaryList: list } = await restarted.ask('sagemaker', 'ListModelPackages', {
      ModelPackageGroupName: 'g',
    })
    expect((list as Json[]).map(({ ModelPackageVersion }) => ModelPackageVersion)).toEqual([1, 3])
  })

  test('records who approved, and tells EventBridge', async () => {
    const cloud = await withGroup()
    const ModelPackageArn = await create(cloud)
    const reviewer = 'arn:aws:iam::000000000000:user/reviewer'
    await cloud.ask(
      'sagemaker',
      'UpdateModelPackage',
      { ModelPackageArn, ModelApprovalStatus: 'Approved', ApprovalDescription: 'better by 0.01' },
      reviewer,
    )
    expect(
      await cloud.ask('sagemaker', 'DescribeModelPackage', { ModelPackageName: ModelPackageArn }),
    ).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'better by 0.01',
      LastModifiedBy: { IamIdentity: { Arn: reviewer } },
      CreatedBy: { IamIdentity: { Arn: cloud.root.arn } },
    })
    expect(cloud.emitted.at(-1)).toMatchObject({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Model Package State Change',
      resources: [ModelPackageArn],
      detail: { ModelPackageGroupName: 'g', ModelPackageVersion: 1, ModelApprovalStatus: 'Approved' },
    })
  })

  test('lists by status, newest first, in pages', async () => {
    const cloud = await withGroup()
    for (let at = 0; at < 5; at += 1)
      await create(cloud, at % 2 === 0 ? { ModelApprovalStatus: 'Approved' } : {})
    const query = {
      ModelPackageGroupName: 'g',
      ModelApprovalStatus: 'Approved',
      SortOrder: 'Descending',
      MaxResults: 2,
    }
    const first = await cloud.ask('sagemaker', 'ListModelPackages', query)
    const second = await cloud.ask('sagemaker', 'ListModelPackages', { ...query, NextToken: first.NextToken })
    const versions = [first, second].flatMap(({ ModelPackageSummaryList: list }) =>
      (list as Json[]).map(({ ModelPackageVersion }) => ModelPackageVersion),
    )
    expect(versions).toEqual([5, 3, 1])
  })

  test('answers from 1,000 versions in well under half a second', async () => {
    const cloud = await withGroup()
    for (let at = 0; at < 1_000; at += 1) await create(cloud)
    const started = performance.now()
    await cloud.ask('sagemaker', 'ListModelPackages', { ModelPackageGroupName: 'g', MaxResults: 100 })
    await cloud.ask('sagemaker', 'DescribeModelPackage', { ModelPackageName: 'g/700' })
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('the model registry refuses', () => {
  const refusals: [string, string, Json, string][] = [
    [
      'a version of no group',
      'CreateModelPackage',
      { ModelPackageGroupName: 'x' },
      'ModelPackageGroup arn:aws:sagemaker:us-east-1:000000000000:model-package-group/x does not exist.',
    ],
    [
      'a group that is there',
      'CreateModelPackageGroup',
      { ModelPackageGroupName: 'g' },
      'Model Package Group already exists.',
    ],
    [
      'a version that is not there',
      'DescribeModelPackage',
      { ModelPackageName: 'g/9' },
      'ModelPackage arn:aws:sagemaker:us-east-1:000000000000:model-package/g/9 does not exist.',
    ],
    [
      'a value of metadata beyond 256 characters',
      'CreateModelPackage',
      { ModelPackageGroupName: 'g', CustomerMetadataProperties: { a: 'x'.repeat(257) } },
      `1 validation error detected: Value '${'x'.repeat(257)}' at 'customerMetadataProperties.a' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      'an approval status that does not exist',
      'CreateModelPackage',
      { ModelPackageGroupName: 'g', ModelApprovalStatus: 'Perhaps' },
      "1 validation error detected: Value 'Perhaps' at 'modelApprovalStatus' failed to satisfy constraint: Member must satisfy enum value set: [Approved, Rejected, PendingManualApproval]",
    ],
  ]
  for (const [what, action, input, message] of refusals)
    test(what, async () => {
      const cloud = await withGroup()
      await expect(cloud.ask('sagemaker', action, input)).rejects.toMatchObject({
        code: 'ValidationException',
        message,
      })
    })

  test('to delete a group that still holds versions', async () => {
    const cloud = await withGroup()
    await create(cloud)
    await expect(
      cloud.ask('sagemaker', 'DeleteModelPackageGroup', { ModelPackageGroupName: 'g' }),
    ).rejects.toMatchObject({ code: 'ConflictException' })
  })

  test('metadata with a character outside of the pattern', async () => {
    const cloud = await withGroup()
    await expect(create(cloud, { CustomerMetadataProperties: { a: '{}' } })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('Member must satisfy regular expression pattern'),
    })
  })
})

test('the Pulumi type makes a group and takes it away', async () => {
  const cloud = registry()
  const type = cloud.resource('aws:sagemaker/modelPackageGroup:ModelPackageGroup')
  const inputs = { modelPackageGroupName: 'regimen-dev-p', tags: { a: 'b' } }
  const { id, outputs } = await type.create(inputs, cloud.callAs(cloud.root.arn))
  expect(outputs).toMatchObject({
    arn: 'arn:aws:sagemaker:us-east-1:000000000000:model-package-group/regimen-dev-p',
    tagsAll: { a: 'b' },
  })
  await type.delete(id, outputs, cloud.callAs(cloud.root.arn))
  await expect(
    cloud.ask('sagemaker', 'DescribeModelPackageGroup', { ModelPackageGroupName: id }),
  ).rejects.toMatchObject({ code: 'ValidationException' })
})
