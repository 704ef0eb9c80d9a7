/** Asynchronous calls: on disk before they are accepted, tried again when they fail, kept as dead letters in the end. */
import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { readIfThere, writeAtomically } from '../atomic-file.ts'
import type { Cloud } from '../service.ts'
import { FunctionStore } from './function-store.ts'
import type { Invoker } from './invoker.ts'

const queued = z.object({
  id: z.string(),
  name: z.string(),
  qualifier: z.string().optional(),
  event: z.string(),
})
type Queued = z.output<typeof queued>

export class EventQueue {
  readonly #cloud: Cloud
  readonly #invoker: Invoker
  readonly #directory: string
  readonly #delayMilliseconds: number
  #stopped = false
  readonly #running = new Set<Promise<void>>()

  /** @param delayMilliseconds wait before the first retry, doubled for the second (AWS waits one and two minutes) */
  constructor(cloud: Cloud, invoker: Invoker, delayMilliseconds: number) {
    this.#cloud = cloud
    this.#invoker = invoker
    this.#directory = join(cloud.directory('lambda'), 'events')
    this.#delayMilliseconds = delayMilliseconds
  }

  async add(name: string, qualifier: string | undefined, event: string): Promise<void> {
    const entry: Queued = { id: randomUUID(), name, event, ...(qualifier === undefined ? {} : { qualifier }) }
    await writeAtomically(this.#file(entry), JSON.stringify(entry))
    this.#begin(entry)
  }

  /** Takes up what an earlier process had accepted and not finished. */
  async resume(): Promise<void> {
    const files = await readdir(this.#directory).catch(() => [])
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      const text = await readIfThere(join(this.#directory, file))
      if (text !== undefined) this.#begin(queued.parse(JSON.parse(text)))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running)
  }

  #begin(entry: Queued): void {
    const running = this.#deliver(entry).catch((error: unknown) =>
      this.#cloud.log(`lambda: event of ${entry.name} not delivered: ${String(error)}`),
    )
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }

  async #deliver(entry: Queued): Promise<void> {
    const store = FunctionStore.of(this.#cloud)
    const retries = store.find(entry.name)?.retries ?? 0
    let reason = `no function ${entry.name}`
    for (let attempt = 0; attempt <= retries && store.find(entry.name) !== undefined; attempt++) {
      if (attempt > 0) await pause(this.#delayMilliseconds * 2 ** (attempt - 1))
      if (this.#stopped) return
      const version = store.resolve(entry.name, entry.qualifier)
      const { failure } = await this.#invoker.invoke(version, entry.qualifier, entry.event)
      // Processes that the cloud's own end killed say nothing about the function.
      if (this.#stopped && failure !== undefined) return
      if (failure === undefined) return await rm(this.#file(entry), { force: true })
      reason = `${failure.errorType}: ${failure.errorMessage}`
    }
    const letter = join(this.#cloud.directory('lambda'), 'dead-letters', `${entry.id}.json`)
    await writeAtomically(letter, JSON.stringify({ ...entry, reason }))
    await rm(this.#file(entry), { force: true })
    this.#cloud.log(`lambda: gave up on an event of ${entry.name}: ${reason}`)
  }

  #file({ id }: Queued): string {
    return join(this.#directory, `${id}.json`)
  }
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })
