import { CreateTableCommand, DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestCloud, testCloud } from '../running-cloud.ts'

let cloud: TestCloud
const client = () => DynamoDBDocumentClient.from(new DynamoDBClient(cloud.client()))

beforeAll(async () => {
  cloud = await testCloud()
  await client().send(
    new CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
})
afterAll(() => cloud.stop())

describe('the local DynamoDB', () => {
  it('lets one of many concurrent conditional puts win', async () => {
    const put = (by: number) =>
      client().send(
        new PutCommand({
          TableName: 'items',
          Item: { pk: 'race', sk: '1', by },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      )
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, by) => put(by)))
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const lost = outcomes.find(({ status }) => status === 'rejected')
    expect(lost).toMatchObject({ reason: { name: 'ConditionalCheckFailedException' } })
    const { Item } = await client().send(new GetCommand({ TableName: 'items', Key: { pk: 'race', sk: '1' } }))
    expect(Item?.by).toBe(winner)
  })

  it('has its items after a restart, and without the wire too', async () => {
    await client().send(new PutCommand({ TableName: 'items', Item: { pk: 'kept', sk: 'ü', n: 1.5 } }))
    cloud = await cloud.restart()
    const { Items } = await client().send(
      new QueryCommand({
        TableName: 'items',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'kept' },
      }),
    )
    expect(Items).toEqual([{ pk: 'kept', sk: 'ü', n: 1.5 }])
    const { cloud: inside, root } = cloud.running
    const key = { pk: { S: 'kept' }, sk: { S: 'ü' } }
    expect(await inside.call('dynamodb', 'GetItem', { TableName: 'items', Key: key }, root)).toEqual({
      Item: { ...key, n: { N: '1.5' } },
    })
    await expect(
      inside.call('dynamodb', 'GetItem', { TableName: 'nothing', Key: key }, root),
    ).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    })
  })

  it('refuses transactions, which it has not, by name', async () => {
    await expect(client().send(new TransactWriteItemsCommand({ TransactItems: [] }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringMatching(
        /^the local dynamodb has no action TransactWriteItems; it has BatchGetItem/,
      ),
    })
  })
})
