/** A set of small records, each in its own JSON file: what has been acknowledged is on disk, and a crash tears nothing. */
import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/**
 * Writes are synchronous on purpose: memory and disk change in one step, so that concurrent calls never interleave
 * between reading a number and taking the next one.
 */
export class DurableCollection<Item> {
  readonly #directory: string
  readonly #items = new Map<string, Item>()

  constructor(directory: string, schema: z.ZodType<Item>) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true })
    const record = z.object({ id: z.string(), item: schema })
    const loaded: { id: string; item: Item }[] = []
    for (const file of readdirSync(directory)) {
      // A `.new` file was never acknowledged: its rename did not happen.
      if (file.endsWith('.new')) rmSync(join(directory, file), { force: true })
      if (!file.endsWith('.json')) continue
      loaded.push(record.parse(JSON.parse(readFileSync(join(directory, file), 'utf8'))))
    }
    for (const { id, item } of loaded) this.#items.set(id, item)
  }

  get size(): number {
    return this.#items.size
  }

  get(id: string): Item | undefined {
    return this.#items.get(id)
  }

  has(id: string): boolean {
    return this.#items.has(id)
  }

  values(): Item[] {
    return [...this.#items.values()]
  }

  put(id: string, item: Item): void {
    replaceFile(this.#path(id), JSON.stringify({ id, item }))
    this.#items.set(id, item)
  }

  delete(id: string): void {
    rmSync(this.#path(id), { force: true })
    this.#items.delete(id)
  }

  /** File systems take 255 bytes a name, and some ignore case: a digest keeps names apart on all of them. */
  #path(id: string): string {
    const readable = id.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(-80)
    const digest = createHash('sha256').update(id).digest('hex').slice(0, 16)
    return join(this.#directory, `${readable}-${digest}.json`)
  }
}

/** Replaces a file as a whole, in one step of this process; a restart after a crash sees the old content or the new one. */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}
