/** ReturnValuesOnConditionCheckFailure, which dynalite ignores: the item that a failed condition met, read afterwards. */
import { isObject } from '../gateway/json.ts'
import type { Json } from '../service.ts'

export type Ask = (operation: string, input: Json) => Promise<Json>

/**
 * The fields that the error carries beside its message. The item is read after the refusal, so that a writer in between
 * shows its own item where AWS would show the one before; whoever decides by it repeats the conditional write anyway.
 */
export async function itemOfFailure(operation: string, input: Json, ask: Ask): Promise<Json> {
  if (input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return {}
  const { TableName } = input
  const Key = operation === 'PutItem' ? await keyOf(TableName, input.Item, ask) : input.Key
  const { Item } = await ask('GetItem', { TableName, Key, ConsistentRead: true })
  return Item === undefined ? {} : { Item }
}

async function keyOf(TableName: unknown, item: unknown, ask: Ask): Promise<Json> {
  const { Table } = await ask('DescribeTable', { TableName })
  const schema: unknown[] = isObject(Table) && Array.isArray(Table.KeySchema) ? Table.KeySchema : []
  const names = schema.flatMap((part) => (isObject(part) ? [String(part.AttributeName)] : []))
  return Object.fromEntries(names.map((name) => [name, isObject(item) ? item[name] : undefined]))
}
