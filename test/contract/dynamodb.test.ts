/** DynamoDB: the calls by which the platform's one table is written and read. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const S = (value: string): AttributeValue => ({ S: value })
const N = (value: number): AttributeValue => ({ N: String(value) })

async function openTable({ client }: Server) {
  const db = new DynamoDBClient(client)
  const TableName = unique('contract')
  await db.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  )
  await waitUntilTableExists({ client: db, maxWaitTime: 20, minDelay: 1 }, { TableName })
  const put = (item: Record<string, AttributeValue>, more = {}) =>
    db.send(new PutItemCommand({ TableName, Item: item, ...more }))
  const query = async (input: Omit<QueryCommandInput, 'TableName'>) =>
    await db.send(new QueryCommand({ TableName, ...input }))
  const series = async (pk: string, count: number) => {
    for (let at = 0; at < count; at++)
      await put({
        pk: S(pk),
        sk: S(`v#${String(at).padStart(3, '0')}`),
        n: N(at),
        gsi1pk: S(`g-${pk}`),
        gsi1sk: S(`${count - at}`),
      })
  }
  return { db, TableName, put, query, series }
}

const numbers = (items: Record<string, AttributeValue>[] | undefined) => items?.map(({ n }) => Number(n?.N))

contract('DynamoDB', openTable, (agree) => {
  agree('describes the table and its index', async ({ db, TableName }) => {
    const { Table } = await db.send(new DescribeTableCommand({ TableName }))
    expect(Table).toMatchObject({
      TableName,
      TableStatus: 'ACTIVE',
      TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    })
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'gsi1', IndexStatus: 'ACTIVE' }])
    expect(Table?.CreationDateTime).toBeInstanceOf(Date)
  })

  agree('lists tables and forgets a deleted one', async ({ db }) => {
    const TableName = unique('short-lived')
    await db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    )
    expect((await db.send(new ListTablesCommand({}))).TableNames).toContain(TableName)
    await waitUntilTableExists({ client: db, maxWaitTime: 20, minDelay: 1 }, { TableName })
    await db.send(new DeleteTableCommand({ TableName }))
    await expect
      .poll(async () => (await db.send(new ListTablesCommand({}))).TableNames, { timeout: 10_000 })
      .not.toContain(TableName)
    const call = db.send(new DescribeTableCommand({ TableName }))
    expect(await refusal(call)).toEqual({ name: 'ResourceNotFoundException', status: 400 })
  })

  agree('refuses a second table of the same name', async ({ db, TableName }) => {
    const call = db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    )
    expect(await refusal(call)).toEqual({ name: 'ResourceInUseException', status: 400 })
  })

  agree('gives back an item of every type as it was put', async ({ db, TableName, put }) => {
    const item: Record<string, AttributeValue> = {
      pk: S('types'),
      sk: S('1'),
      text: S('ü'),
      number: { N: '12345678901234567890.123' },
      bytes: { B: new Uint8Array([0, 255, 7]) },
      yes: { BOOL: true },
      nothing: { NULL: true },
      list: { L: [S('a'), N(1)] },
      map: { M: { inner: { M: { deep: N(-0.5) } } } },
      words: { SS: ['b', 'a'] },
    }
    await put(item)
    const Key = { pk: S('types'), sk: S('1') }
    const { Item } = await db.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
    expect({ ...Item, words: { SS: Item?.words?.SS?.toSorted() } }).toEqual({
      ...item,
      words: { SS: ['a', 'b'] },
    })
  })

  agree('answers nothing for an item that is not there', async ({ db, TableName }) => {
    const { Item } = await db.send(new GetItemCommand({ TableName, Key: { pk: S('no'), sk: S('no') } }))
    expect(Item).toBeUndefined()
  })

  agree('reads only what a projection names', async ({ db, TableName, put }) => {
    await put({ pk: S('project'), sk: S('1'), a: { M: { b: N(1), c: N(2) } }, size: N(3) })
    const { Item } = await db.send(
      new GetItemCommand({
        TableName,
        Key: { pk: S('project'), sk: S('1') },
        ProjectionExpression: 'a.b, #s',
        ExpressionAttributeNames: { '#s': 'size' },
      }),
    )
    expect(Item).toEqual({ a: { M: { b: N(1) } }, size: N(3) })
  })

  agree('puts an item once under attribute_not_exists', async ({ put }) => {
    const item = { pk: S('once'), sk: S('1') }
    const ConditionExpression = 'attribute_not_exists(pk)'
    await put(item, { ConditionExpression })
    expect(await refusal(put(item, { ConditionExpression }))).toEqual({
      name: 'ConditionalCheckFailedException',
      status: 400,
    })
  })

  agree('lets one of many put an item', async ({ put }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        put({ pk: S('race'), sk: S('1'), n: N(n) }, { ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toBeInstanceOf(ConditionalCheckFailedException)
  })

  agree('hands over the item before a put', async ({ put }) => {
    await put({ pk: S('old'), sk: S('1'), n: N(1) })
    const { Attributes } = await put({ pk: S('old'), sk: S('1'), n: N(2) }, { ReturnValues: 'ALL_OLD' })
    expect(Attributes?.n).toEqual(N(1))
  })

  agree('updates with SET, ADD, REMOVE and list_append', async ({ db, TableName, put }) => {
    const Key = { pk: S('update'), sk: S('1') }
    await put({ ...Key, n: N(1), steps: { L: [S('a')] }, gone: S('x') })
    const { Attributes } = await db.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression:
          'SET #s = :s, steps = list_append(steps, :l), began = if_not_exists(began, :s) ADD n :one REMOVE gone',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': S('done'), ':l': { L: [S('b')] }, ':one': N(1) },
        ReturnValues: 'ALL_NEW',
      }),
    )
    const steps = { L: [S('a'), S('b')] }
    expect(Attributes).toEqual({ ...Key, n: N(2), status: S('done'), began: S('done'), steps })
  })

  agree('updates only while a condition holds', async ({ db, TableName, put }) => {
    const Key = { pk: S('state'), sk: S('1') }
    await put({ ...Key, status: S('open') })
    const move = () =>
      db.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #s = :next',
          ConditionExpression: '#s = :now',
          ExpressionAttributeNames: { '#s': 'status' },
          ExpressionAttributeValues: { ':now': S('open'), ':next': S('closed') },
        }),
      )
    await move()
    expect((await refusal(move())).name).toBe('ConditionalCheckFailedException')
  })

  agree('queries a key in order, forwards and backwards', async ({ query, series }) => {
    await series('order', 4)
    const input = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': S('order') } }
    expect(numbers((await query(input)).Items)).toEqual([0, 1, 2, 3])
    expect(numbers((await query({ ...input, ScanIndexForward: false, Limit: 1 })).Items)).toEqual([3])
  })

  agree('queries a range, a prefix and with a filter', async ({ query, series }) => {
    await series('range', 12)
    const found = async (condition: string, values: Record<string, AttributeValue>, more = {}) => {
      const ExpressionAttributeValues = { ':p': S('range'), ...values }
      return await query({
        KeyConditionExpression: `pk = :p AND ${condition}`,
        ExpressionAttributeValues,
        ...more,
      })
    }
    const between = await found('sk BETWEEN :a AND :b', { ':a': S('v#003'), ':b': S('v#005') })
    expect(numbers(between.Items)).toEqual([3, 4, 5])
    expect(numbers((await found('begins_with(sk, :a)', { ':a': S('v#01') })).Items)).toEqual([10, 11])
    const filtered = await found('sk < :a', { ':a': S('v#004'), ':n': N(1) }, { FilterExpression: 'n > :n' })
    expect(numbers(filtered.Items)).toEqual([2, 3])
    expect(filtered).toMatchObject({ Count: 2, ScannedCount: 4 })
  })

  agree('cuts a query into pages', async ({ db, TableName, series }) => {
    await series('paged', 5)
    const pages = paginateQuery(
      { client: db, pageSize: 2 },
      {
        TableName,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': S('paged') },
      },
    )
    const found: number[] = []
    for await (const page of pages) {
      expect(page.Count).toBeLessThanOrEqual(2)
      found.push(...(numbers(page.Items) ?? []))
    }
    expect(found).toEqual([0, 1, 2, 3, 4])
  })

  agree('queries an index in its own order', async ({ query, series }) => {
    await series('indexed', 3)
    const { Items } = await query({
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :g',
      ExpressionAttributeValues: { ':g': S('g-indexed') },
    })
    expect(numbers(Items)).toEqual([2, 1, 0])
  })

  agree('counts without handing over', async ({ query, series }) => {
    await series('count', 3)
    const { Count, Items } = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S('count') },
      Select: 'COUNT',
    })
    expect([Count, Items]).toEqual([3, undefined])
  })

  agree('scans with a filter', async ({ db, TableName, series }) => {
    await series('scan', 3)
    const { Items } = await db.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'pk = :p AND n <> :n',
        ExpressionAttributeValues: { ':p': S('scan'), ':n': N(1) },
      }),
    )
    expect(numbers(Items)?.sort()).toEqual([0, 2])
  })

  agree('writes and reads a batch', async ({ db, TableName }) => {
    const keys = [1, 2, 3].map((n) => ({ pk: S('batch'), sk: S(String(n)) }))
    const RequestItems = { [TableName]: keys.map((Item) => ({ PutRequest: { Item } })) }
    const { UnprocessedItems } = await db.send(new BatchWriteItemCommand({ RequestItems }))
    expect(UnprocessedItems).toEqual({})
    const { Responses } = await db.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }),
    )
    expect(Responses?.[TableName]?.map(({ sk }) => sk?.S).sort()).toEqual(['1', '2', '3'])
    const removal = { [TableName]: keys.map((Key) => ({ DeleteRequest: { Key } })) }
    await db.send(new BatchWriteItemCommand({ RequestItems: removal }))
    const gone = await db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }))
    expect(gone.Responses?.[TableName]).toEqual([])
  })

  agree('deletes what is there, what is not, and under a condition', async ({ db, TableName, put }) => {
    const Key = { pk: S('delete'), sk: S('1') }
    await put({ ...Key, n: N(1) })
    const remove = (more = {}) => db.send(new DeleteItemCommand({ TableName, Key, ...more }))
    const condition = { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': N(2) } }
    expect((await refusal(remove(condition))).name).toBe('ConditionalCheckFailedException')
    expect((await remove({ ReturnValues: 'ALL_OLD' })).Attributes).toEqual({ ...Key, n: N(1) })
    expect((await remove({ ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined()
  })

  for (const [what, input] of [
    [
      'a value that is not defined',
      { KeyConditionExpression: 'pk = :q', ExpressionAttributeValues: { ':p': S('x') } },
    ],
    [
      'a query without the partition key',
      { KeyConditionExpression: 'sk = :p', ExpressionAttributeValues: { ':p': S('x') } },
    ],
  ] as const)
    agree(`refuses ${what}`, async ({ query }) => {
      expect(await refusal(query(input))).toEqual({ name: 'ValidationException', status: 400 })
    })

  agree(
    'refuses an expression that does not parse',
    {
      moto: 'answers 500 with an error of its own',
      documented: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html',
    },
    async ({ query }) => {
      const input = { KeyConditionExpression: 'pk = = :p', ExpressionAttributeValues: { ':p': S('x') } }
      expect(await refusal(query(input))).toEqual({ name: 'ValidationException', status: 400 })
    },
  )

  agree('refuses an item without its key, and an empty key', async ({ put }) => {
    expect((await refusal(put({ pk: S('no range') }))).name).toBe('ValidationException')
    expect((await refusal(put({ pk: S(''), sk: S('1') }))).name).toBe('ValidationException')
  })

  agree('refuses to change a key', async ({ db, TableName }) => {
    const call = db.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: S('key'), sk: S('1') },
        UpdateExpression: 'SET sk = :s',
        ExpressionAttributeValues: { ':s': S('2') },
      }),
    )
    expect((await refusal(call)).name).toBe('ValidationException')
  })

  agree('hands over the item that a failed condition met', async ({ put }) => {
    await put({ pk: S('met'), sk: S('1'), n: N(7) })
    const again = put(
      { pk: S('met'), sk: S('1') },
      { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
    )
    const error = await again.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ConditionalCheckFailedException)
    expect(error instanceof ConditionalCheckFailedException ? error.Item?.n : undefined).toEqual(N(7))
  })

  agree('knows no table of another name', async ({ db }) => {
    const call = db.send(new GetItemCommand({ TableName: 'absent', Key: { pk: S('1') } }))
    expect(await refusal(call)).toEqual({ name: 'ResourceNotFoundException', status: 400 })
  })
})
