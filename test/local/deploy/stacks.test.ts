import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { applyResources, type Registered } from './apply-resources.ts'

let cloud: TestCloud
beforeEach(async () => {
  cloud = await testCloud()
})
afterEach(() => cloud.stop())

const bucket = (name: string, more: object = {}): Registered => ({
  type: 'aws:s3/bucket:Bucket',
  name,
  inputs: { bucket: `${name}-bucket`, forceDestroy: true, ...more },
})
async function buckets() {
  const { Buckets } = await new S3Client({ ...cloud.client(), forcePathStyle: true }).send(
    new ListBucketsCommand({}),
  )
  return Buckets?.map(({ Name }) => Name)
}

describe('applying a stack', () => {
  it('creates, leaves alone, updates, replaces and deletes, over restarts', async () => {
    expect((await applyResources(cloud, 'dev', [bucket('a'), bucket('b')])).changes).toEqual([
      'created',
      'created',
    ])
    cloud = await cloud.restart()
    const second = await applyResources(cloud, 'dev', [bucket('a'), bucket('b', { tags: { x: '1' } })])
    expect(second.changes).toEqual(['unchanged', 'updated'])
    const third = await applyResources(cloud, 'dev', [bucket('b', { tags: { x: '1' }, bucket: 'renamed' })])
    expect(third).toMatchObject({
      changes: ['replaced'],
      deleted: ['urn:pulumi:dev::test::aws:s3/bucket:Bucket::a'],
    })
    expect(await buckets()).toEqual(['renamed'])
  })

  it('keeps stacks apart', async () => {
    await applyResources(cloud, 'dev', [bucket('a')])
    await applyResources(cloud, 'prod', [bucket('c')])
    expect(await buckets()).toEqual(['a-bucket', 'c-bucket'])
  })

  it('takes up a deploy that failed in the middle without doing anything twice', async () => {
    const broken = {
      type: 'aws:s3/bucketVersioning:BucketVersioning',
      name: 'v',
      inputs: { bucket: 'nobody', versioningConfiguration: { status: 'Enabled' } },
    }
    await expect(applyResources(cloud, 'dev', [bucket('a'), broken])).rejects.toThrow(
      'aws:s3/bucketVersioning:BucketVersioning v: The specified bucket does not exist',
    )
    expect((await applyResources(cloud, 'dev', [bucket('a')])).changes).toEqual(['unchanged'])
  })

  it('names the types that it knows when it is given another', async () => {
    await expect(
      applyResources(cloud, 'dev', [{ type: 'aws:ec2/vpc:Vpc', name: 'v', inputs: {} }]),
    ).rejects.toThrow(
      /^unknown resource type: aws:ec2\/vpc:Vpc; expected one of aws:cloudwatch\/dashboard:Dashboard, /,
    )
  })

  it('creates a table with its indexes as the program describes it', async () => {
    const table = {
      type: 'aws:dynamodb/table:Table',
      name: 't',
      inputs: {
        name: 'items',
        hashKey: 'pk',
        rangeKey: 'sk',
        billingMode: 'PAY_PER_REQUEST',
        attributes: ['pk', 'sk', 'gsi'].map((name) => ({ name, type: 'S' })),
        globalSecondaryIndexes: [{ name: 'by-gsi', hashKey: 'gsi', rangeKey: 'sk', projectionType: 'ALL' }],
      },
    }
    const { outputs } = await applyResources(cloud, 'dev', [table])
    expect(outputs[0]).toMatchObject({ arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/items' })
    const { Table } = await cloud.running.cloud.call(
      'dynamodb',
      'DescribeTable',
      { TableName: 'items' },
      cloud.running.root,
    )
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [expect.objectContaining({ IndexName: 'by-gsi' })],
    })
  })
})
