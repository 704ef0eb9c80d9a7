import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { applyResources, type Registered } from './apply-resources.ts'

let cloud: TestCloud
beforeEach(async () => {
  cloud = await testCloud()
})
afterEach(() => cloud.stop())

const role = (name: string, more: object = {}): Registered => ({
  type: 'aws:iam/role:Role',
  name,
  inputs: { name: `${name}-role`, assumeRolePolicy: '{"Version":"2012-10-17","Statement":[]}', ...more },
})
const roles = async () => {
  const { Roles } = await cloud.running.cloud.call('iam', 'ListRoles', {}, cloud.running.root)
  return (Roles as { RoleName: string }[]).map(({ RoleName }) => RoleName)
}
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
    expect((await applyResources(cloud, 'dev', [role('a'), role('b')])).changes).toEqual([
      'created',
      'created',
    ])
    cloud = await cloud.restart()
    const second = await applyResources(cloud, 'dev', [role('a'), role('b', { tags: { x: '1' } })])
    expect(second.changes).toEqual(['unchanged', 'updated'])
    const third = await applyResources(cloud, 'dev', [role('b', { tags: { x: '1' }, name: 'renamed' })])
    expect(third).toMatchObject({
      changes: ['replaced'],
      deleted: ['urn:pulumi:dev::test::aws:iam/role:Role::a'],
    })
    expect(await roles()).toEqual(['renamed'])
  })

  it('refuses an update that would replace or delete a bucket, before it touches it', async () => {
    await applyResources(cloud, 'dev', [bucket('a')])
    await expect(applyResources(cloud, 'dev', [bucket('a', { bucket: 'renamed' })])).rejects.toThrow(
      'the update would lose what cannot be made again: urn:pulumi:dev::test::aws:s3/bucket:Bucket::a would be replaced; expected stateful resources to be kept; restore the name or key that changed, or give the new one another logical name and move the content first',
    )
    await expect(applyResources(cloud, 'dev', [])).rejects.toThrow('would be deleted')
    expect(await buckets()).toEqual(['a-bucket'])
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
      applyResources(cloud, 'dev', [{ type: 'aws:redshift/cluster:Cluster', name: 'v', inputs: {} }]),
    ).rejects.toThrow(
      /^unknown resource type: aws:redshift\/cluster:Cluster; expected one of aws:.*aws:cloudwatch\/dashboard:Dashboard, /,
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
