/** `dynamodb:LeadingKeys`: the value of the partition key that a call names, in a table or an index of this platform. */
import type { Json } from '../service.ts'

/** Partition keys are called `pk` and `gsi1pk` (functions/table-store.ts); a call does not tell which of its keys it is. */
const isPartitionKey = (name: string) => name === 'pk' || name === 'gsi1pk'

export function leadingKey(input: Json): Record<string, string | undefined> {
  const key = stringOf((record(input.Key) ?? record(input.Item))?.pk) ?? queried(input)
  return { 'dynamodb:LeadingKeys': key }
}

/** `#pk = :pk`, alone or beside a condition on the sort key. */
function queried(input: Json): string | undefined {
  if (typeof input.KeyConditionExpression !== 'string') return undefined
  const names = record(input.ExpressionAttributeNames)
  for (const [, written = '', place = ''] of input.KeyConditionExpression.matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    const name = written.startsWith('#') ? names?.[written] : written
    if (typeof name !== 'string' || !isPartitionKey(name)) continue
    return stringOf(record(input.ExpressionAttributeValues)?.[place])
  }
  return undefined
}

function stringOf(value: unknown): string | undefined {
  const text = record(value)?.S
  return typeof text === 'string' ? text : undefined
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}
