/**
 * The environment's one table. Keys are the strings `pk` and `sk`; the index `gsi1` (`gsi1pk`, `gsi1sk`) projects all.
 * State moves by conditional writes of one item; nothing scans, nothing needs a transaction.
 *
 * | item            | pk                          | sk                         | gsi1pk               | gsi1sk    |
 * |-----------------|-----------------------------|----------------------------|----------------------|-----------|
 * | run             | `RUN#<runId>`               | `RUN`                      | `RUNS#<project>`     | startedAt |
 * | queue           | `QUEUE#<project>#<pipeline>` | `QUEUE`                   |                      |           |
 * | dataset version | `DATASET#<project>#<name>`  | `VERSION#<version>`        | `DATASETS#<project>` | createdAt |
 * | dataset decision | `DECISION#<project>#<name>@<version>` | `000001`               | `DECISIONS#<project>` | decidedAt |
 * | download        | `DOWNLOAD#<project>#<sha256 of URL>` | `PIN` or `CONTENT#<sha256>` |    |           |
 * | model version   | `MODEL#<project>`           | `VERSION#000012`           |                      |           |
 * | ledger entry    | `LEDGER#<project>`          | `000000000007`             |                      |           |
 * | deployment lock | `ROLLOUT#<project>`         | `LOCK`                     |                      |           |
 * | online counts   | `ONLINE#<project>#<ledger entry>` | `<version>#<process>` |              |           |
 * | monitoring      | `MONITOR#<project>`         | `STATE`                    |                      |           |
 * | alert           | `ALERT#<project>`           | `<time>#<runId>#<redrive>` |                      |           |
 * | audit event     | `AUDIT#<writer>/<month>/<chain>` | sequence              | `AUDIT-DAY#<day>`    | time      |
 * | act on the trail | `AUDIT-ACT#<writer>`        | the act                    |                      |           |
 * | audit anchor    | `AUDIT-ANCHOR`              | sequence                   |                      |           |
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { z } from 'zod'
import { namedFault } from './service-fault.ts'

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})

export const tableKeys = {
  run: (runId: string) => ({ pk: `RUN#${runId}`, sk: 'RUN' }),
  runs: (project: string) => `RUNS#${project}`,
  queue: (project: string, pipeline: string) => ({ pk: `QUEUE#${project}#${pipeline}`, sk: 'QUEUE' }),
  datasets: (project: string) => `DATASETS#${project}`,
  datasetVersion: (project: string, name: string, version: string) => ({
    pk: `DATASET#${project}#${name}`,
    sk: `VERSION#${version}`,
  }),
  decisions: (project: string) => `DECISIONS#${project}`,
  datasetDecisions: (project: string, name: string, version: string) =>
    `DECISION#${project}#${name}@${version}`,
  datasetDecision: (project: string, name: string, version: string, sequence: number) => ({
    pk: `DECISION#${project}#${name}@${version}`,
    sk: String(sequence).padStart(6, '0'),
  }),
  downloadPin: (project: string, urlDigest: string) => ({
    pk: `DOWNLOAD#${project}#${urlDigest}`,
    sk: 'PIN',
  }),
  downloadContent: (project: string, urlDigest: string, sha256: string) => ({
    pk: `DOWNLOAD#${project}#${urlDigest}`,
    sk: `CONTENT#${sha256}`,
  }),
  models: (project: string) => `MODEL#${project}`,
  modelVersion: (project: string, version: string) => ({
    pk: `MODEL#${project}`,
    sk: `VERSION#${version.padStart(6, '0')}`,
  }),
  ledger: (project: string) => `LEDGER#${project}`,
  ledgerEntry: (project: string, sequence: number) => ({
    pk: `LEDGER#${project}`,
    sk: String(sequence).padStart(12, '0'),
  }),
  rolloutLock: (project: string) => ({ pk: `ROLLOUT#${project}`, sk: 'LOCK' }),
  onlineCounts: (project: string, sequence: number) => `ONLINE#${project}#${sequence}`,
  onlineCount: (project: string, sequence: number, version: string, writer: string) => ({
    pk: `ONLINE#${project}#${sequence}`,
    sk: `${version}#${writer}`,
  }),
  monitor: (project: string) => ({ pk: `MONITOR#${project}`, sk: 'STATE' }),
  alerts: (project: string) => `ALERT#${project}`,
  alert: (project: string, stoppedAt: string, runId: string, redrive: number) => ({
    pk: `ALERT#${project}`,
    sk: `${stoppedAt}#${runId}#${redrive}`,
  }),
  auditDay: (day: string) => `AUDIT-DAY#${day}`,
  auditChain: (chain: string) => `AUDIT#${chain}`,
  auditEvent: (chain: string, sequence: number) => ({
    pk: `AUDIT#${chain}`,
    sk: String(sequence).padStart(12, '0'),
  }),
  auditAct: (writer: string, act: string) => ({ pk: `AUDIT-ACT#${writer}`, sk: act }),
  auditAnchors: 'AUDIT-ANCHOR',
  auditAnchor: (sequence: number) => ({ pk: 'AUDIT-ANCHOR', sk: String(sequence).padStart(12, '0') }),
} as const

export interface ItemKey {
  readonly pk: string
  readonly sk: string
}

/** @throws TypeError when the function was given no table. */
export function tableName(): string {
  const { TABLE: table } = process.env
  if (table === undefined || table === '') throw new TypeError('the environment variable TABLE is not set')
  return table
}

/** Reads an item consistently: decisions are never taken on a stale copy. */
export async function getItem<Schema extends z.ZodType>(
  key: ItemKey,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const command = new GetCommand({ TableName: tableName(), Key: { ...key }, ConsistentRead: true })
  const { Item: item } = await client.send(command).catch(rethrow)
  return item === undefined ? undefined : schema.parse(item)
}

/** Puts an item that must not be there yet; `false` when it was, and nothing changed. */
export async function putNew(key: ItemKey, item: Readonly<Record<string, unknown>>): Promise<boolean> {
  const command = new PutCommand({
    TableName: tableName(),
    Item: { ...item, ...key },
    ConditionExpression: 'attribute_not_exists(pk)',
  })
  return await unlessRefused(client.send(command))
}

export interface Update {
  /** Attributes to set, by name. */
  readonly set: Readonly<Record<string, unknown>>
  /** Attributes to set only where they are absent. */
  readonly setIfAbsent?: Readonly<Record<string, unknown>>
  /** Attributes that go; none of them is among `set`. */
  readonly remove?: readonly string[]
  /** `#name` and `:name` stand for attributes and values. */
  readonly condition?: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, unknown>>
}

/** Updates one item; `false` when the condition refused it, and nothing changed. */
export async function updateItem(key: ItemKey, update: Update): Promise<boolean> {
  const set = Object.entries(update.set).filter(([, value]) => value !== undefined)
  const absent = Object.entries(update.setIfAbsent ?? {}).filter(([, value]) => value !== undefined)
  const remove = update.remove ?? []
  const clauses = [
    ...set.map((_, at) => `#set${at} = :set${at}`),
    ...absent.map((_, at) => `#new${at} = if_not_exists(#new${at}, :new${at})`),
  ]
  const command = new UpdateCommand({
    TableName: tableName(),
    Key: { ...key },
    UpdateExpression: `SET ${clauses.join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.map((_, at) => `#gone${at}`).join(', ')}`}`,
    ...(update.condition === undefined ? {} : { ConditionExpression: update.condition }),
    ExpressionAttributeNames: {
      ...Object.fromEntries(set.map(([name], at) => [`#set${at}`, name])),
      ...Object.fromEntries(absent.map(([name], at) => [`#new${at}`, name])),
      ...Object.fromEntries(remove.map((name, at) => [`#gone${at}`, name])),
      ...update.names,
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([, value], at) => [`:set${at}`, value])),
      ...Object.fromEntries(absent.map(([, value], at) => [`:new${at}`, value])),
      ...update.values,
    },
  })
  return await unlessRefused(client.send(command))
}

export interface Range {
  /** @default newest (largest sort key) first */
  readonly ascending?: boolean
  /** @default all */
  readonly limit?: number
  /** Ask the index instead of the table; an index may lag behind. */
  readonly index?: 'gsi1'
  /** Attributes to read: what is not sent need not be taken apart. @default all */
  readonly only?: readonly string[]
}

/** The items of one partition, page by page as they are consumed. */
export async function* queryItems<Schema extends z.ZodType>(
  partition: string,
  schema: Schema,
  range: Range = {},
): AsyncGenerator<z.output<Schema>> {
  let left = range.limit ?? Number.POSITIVE_INFINITY
  const only = range.only?.map((name, at) => [`#only${at}`, name] as const) ?? []
  let start: Record<string, unknown> | undefined
  do {
    const command = new QueryCommand({
      TableName: tableName(),
      ...(range.index === undefined ? { ConsistentRead: true } : { IndexName: range.index }),
      KeyConditionExpression: '#pk = :pk',
      ...(only.length === 0 ? {} : { ProjectionExpression: only.map(([place]) => place).join(', ') }),
      ExpressionAttributeNames: {
        '#pk': range.index === undefined ? 'pk' : 'gsi1pk',
        ...Object.fromEntries(only),
      },
      ExpressionAttributeValues: { ':pk': partition },
      ScanIndexForward: range.ascending ?? false,
      ...(Number.isFinite(left) ? { Limit: left } : {}),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    const { Items: items = [], LastEvaluatedKey: next } = await client.send(command).catch(rethrow)
    for (const item of items) yield schema.parse(item)
    left -= items.length
    start = next
  } while (start !== undefined && left > 0)
}

/** The items of one partition, all at once. */
export async function listItems<Schema extends z.ZodType>(
  partition: string,
  schema: Schema,
  range: Range = {},
): Promise<z.output<Schema>[]> {
  const items: z.output<Schema>[] = []
  for await (const item of queryItems(partition, schema, range)) items.push(item)
  return items
}

async function unlessRefused(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
    return rethrow(error)
  }
}

function rethrow(error: unknown): never {
  throw namedFault(error, 'the table did not answer')
}
