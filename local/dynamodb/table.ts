/** Pulumi's `aws:dynamodb/table:Table` on dynalite: keys, attributes and indexes; the rest is recorded. */
import * as z from 'zod'
import { AwsError, type Call, type Json, type ResourceType } from '../service.ts'

const inputs = z.object({
  name: z.string(),
  hashKey: z.string(),
  rangeKey: z.string().optional(),
  billingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
  readCapacity: z.number().default(1),
  writeCapacity: z.number().default(1),
  attributes: z.array(z.object({ name: z.string(), type: z.enum(['S', 'N', 'B']) })),
  globalSecondaryIndexes: z
    .array(
      z.object({
        name: z.string(),
        hashKey: z.string().optional(),
        rangeKey: z.string().optional(),
        keySchemas: z
          .array(z.object({ attributeName: z.string(), keyType: z.enum(['HASH', 'RANGE']) }))
          .optional(),
        projectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
        nonKeyAttributes: z.array(z.string()).optional(),
      }),
    )
    .default([]),
})

type Inputs = z.output<typeof inputs>
type Index = Inputs['globalSecondaryIndexes'][number]

export const tableType: ResourceType = {
  replaceOn: ['name', 'hashKey', 'rangeKey', 'attributes', 'globalSecondaryIndexes'],
  async create(given, call) {
    const wanted = parse(given)
    const request = {
      TableName: wanted.name,
      AttributeDefinitions: wanted.attributes.map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      KeySchema: keySchema(wanted.hashKey, wanted.rangeKey),
      BillingMode: wanted.billingMode,
      ...(wanted.billingMode === 'PROVISIONED' ? { ProvisionedThroughput: throughput(wanted) } : {}),
      ...(wanted.globalSecondaryIndexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: wanted.globalSecondaryIndexes.map((index) => indexRequest(index, wanted)),
          }),
    }
    await adopt(request, call)
    return { id: wanted.name, outputs: outputs(wanted.name, given, call) }
  },
  update: async (id, given, _previous, call) => ({ outputs: outputs(id, given, call) }),
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('dynamodb', 'DeleteTable', { TableName: id }, principal)
    await gone(id, { cloud, principal })
  },
}

/** A table that is there already belongs to a deploy that was cut short after it made the table. */
async function adopt(request: Json, { cloud, principal }: Call): Promise<void> {
  try {
    await cloud.call('dynamodb', 'CreateTable', request, principal)
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceInUseException') throw error
  }
  for (;;) {
    const { Table } = await cloud.call(
      'dynamodb',
      'DescribeTable',
      { TableName: request.TableName },
      principal,
    )
    const status: unknown =
      typeof Table === 'object' && Table !== null ? Reflect.get(Table, 'TableStatus') : undefined
    if (status === 'ACTIVE') return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function gone(name: string, { cloud, principal }: Pick<Call, 'cloud' | 'principal'>): Promise<void> {
  for (;;) {
    const { TableNames } = await cloud.call('dynamodb', 'ListTables', {}, principal)
    if (!Array.isArray(TableNames) || !TableNames.includes(name)) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function outputs(name: string, given: Json, { cloud }: Call): Json {
  const arn = cloud.arn('dynamodb', `table/${name}`)
  return { ...given, id: name, arn, streamArn: '', streamLabel: '' }
}

const keySchema = (hash: string, range: string | undefined) => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
]

const throughput = ({ readCapacity, writeCapacity }: Inputs) => ({
  ReadCapacityUnits: readCapacity,
  WriteCapacityUnits: writeCapacity,
})

function indexRequest(index: Index, table: Inputs) {
  const keys = index.keySchemas?.map(({ attributeName, keyType }) => ({
    AttributeName: attributeName,
    KeyType: keyType,
  }))
  return {
    IndexName: index.name,
    KeySchema: keys ?? keySchema(index.hashKey ?? '', index.rangeKey),
    Projection: {
      ProjectionType: index.projectionType,
      ...(index.nonKeyAttributes === undefined ? {} : { NonKeyAttributes: index.nonKeyAttributes }),
    },
    ...(table.billingMode === 'PROVISIONED' ? { ProvisionedThroughput: throughput(table) } : {}),
  }
}

function parse(given: Json): Inputs {
  const result = inputs.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AwsError(
    'ValidationException',
    `aws:dynamodb/table:Table: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}
