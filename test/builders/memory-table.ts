/** The environment's table in memory: stands in for `functions/table-store.ts` where a test wants no DynamoDB. */
import type { z } from 'zod'

type Item = Record<string, unknown>
interface Key {
  readonly pk: string
  readonly sk: string
}

export const items = new Map<string, Item>()
const idOf = ({ pk, sk }: Key) => `${pk}\n${sk}`

/** What `vi.mock('…/table-store.ts', …)` answers beside the module's own `tableKeys`. */
export const memoryTableStore = {
  async putNew(key: Key, item: Item): Promise<boolean> {
    if (items.has(idOf(key))) return false
    items.set(idOf(key), { ...item, ...key })
    return true
  },
  async getItem<Schema extends z.ZodType>(key: Key, schema: Schema) {
    const item = items.get(idOf(key))
    return item === undefined ? undefined : schema.parse(item)
  },
  async updateItem(key: Key, { set }: { set: Item }): Promise<boolean> {
    items.set(idOf(key), { ...items.get(idOf(key)), ...set, ...key })
    return true
  },
  async listItems<Schema extends z.ZodType>(
    partition: string,
    schema: Schema,
    { index, limit }: { index?: 'gsi1'; limit?: number } = {},
  ) {
    const [hash, range] = index === undefined ? ['pk', 'sk'] : ['gsi1pk', 'gsi1sk']
    return [...items.values()]
      .filter((item) => item[hash] === partition)
      .sort((a, b) => (String(a[range]) < String(b[range]) ? 1 : -1))
      .slice(0, limit)
      .map((item) => schema.parse(item))
  },
}
