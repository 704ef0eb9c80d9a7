/**
 * A table in memory whose every call waits for a scheduler and may be the last one of who makes it: what concurrent
 * writers that die anywhere are tried on. Conditions are `a OR b OR …` of `attribute_not_exists(pk)` and `#name = :value`.
 */
import type { z } from 'zod'

type Item = Readonly<Record<string, unknown>>
interface Key {
  readonly pk: string
  readonly sk: string
}
interface Update {
  readonly set: Item
  readonly remove?: readonly string[]
  readonly condition?: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Item
}

export class Died extends Error {}

export class ScheduledTable {
  readonly items = new Map<string, Item>()
  /** Lets others go first; the scheduler's turn. */
  #turn: () => Promise<void> = async () => undefined
  /** Called before (`done` false) and after each write; throws to die there. */
  #atWrite: (done: boolean) => void = () => undefined

  /** What `vi.mock('…/table-store.ts', …)` answers beside the module's own. */
  get store() {
    return {
      getItem: this.getItem.bind(this),
      listItems: this.listItems.bind(this),
      putNew: this.putNew.bind(this),
      updateItem: this.updateItem.bind(this),
    }
  }

  /** Empty, and nobody waits or dies. */
  clear(): void {
    this.items.clear()
    this.let({})
  }

  let(how: { turn?: () => Promise<void>; atWrite?: (done: boolean) => void }): void {
    this.#turn = how.turn ?? (async () => undefined)
    this.#atWrite = how.atWrite ?? (() => undefined)
  }

  async getItem<Schema extends z.ZodType>(key: Key, schema: Schema) {
    await this.#turn()
    const item = this.items.get(idOf(key))
    return item === undefined ? undefined : schema.parse(item)
  }

  async listItems<Schema extends z.ZodType>(partition: string, schema: Schema) {
    await this.#turn()
    return [...this.items.values()]
      .filter(({ pk }) => pk === partition)
      .sort((a, b) => (String(a.sk) < String(b.sk) ? 1 : -1))
      .map((item) => schema.parse(item))
  }

  async putNew(key: Key, item: Item): Promise<boolean> {
    return await this.#write(() => {
      if (this.items.has(idOf(key))) return false
      this.items.set(idOf(key), { ...item, ...key })
      return true
    })
  }

  async updateItem(key: Key, update: Update): Promise<boolean> {
    return await this.#write(() => {
      const item = this.items.get(idOf(key))
      if (!holds(update, item)) return false
      const { remove = [] } = update
      const kept = Object.entries({ ...item, ...update.set, ...key }).filter(
        ([name]) => !remove.includes(name),
      )
      this.items.set(idOf(key), Object.fromEntries(kept))
      return true
    })
  }

  async #write(change: () => boolean): Promise<boolean> {
    await this.#turn()
    this.#atWrite(false)
    const changed = change()
    this.#atWrite(true)
    return changed
  }
}

const idOf = ({ pk, sk }: Key) => `${pk}\n${sk}`

function holds({ condition, names = {}, values = {} }: Update, item: Item | undefined): boolean {
  if (condition === undefined) return true
  return condition.split(' OR ').some((term) => {
    if (term === 'attribute_not_exists(pk)') return item === undefined
    const [, name, value] = /^(#\w+) = (:\w+)$/.exec(term) ?? []
    if (name === undefined || value === undefined) throw new Error(`no condition of this table: ${term}`)
    return item?.[names[name] ?? ''] === values[value]
  })
}
