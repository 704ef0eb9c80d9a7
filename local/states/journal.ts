/** The append-only file of an execution: JSON lines, on disk before `append` resolves, a torn last line dropped on reading. */
import { appendFileSync, createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { HistoryEvent } from './history.ts'

export interface Redrive {
  /** 1 for the first. */
  readonly count: number
  /** ISO 8601. */
  readonly date: string
  /** The client's token: the same request again is no further redrive. */
  readonly token?: string
}

/** What stands in one line. `at` names a visit of a state: step numbers and child names from the root, joined by `/`. */
export type JournalRecord =
  | { readonly kind: 'start'; readonly execution: Record<string, unknown>; readonly events: HistoryEvent[] }
  | {
      readonly kind: 'note'
      readonly at: string
      readonly name: string
      readonly value: unknown
      readonly events: HistoryEvent[]
    }
  | {
      readonly kind: 'exit'
      readonly at: string
      /** Absent: the scope ends with this output. */
      readonly next?: string
      readonly output: unknown
      readonly assigned: Record<string, unknown>
      readonly events: HistoryEvent[]
    }
  | {
      readonly kind: 'end'
      readonly status: string
      readonly stopDate: string
      readonly output?: unknown
      readonly error?: string
      readonly cause?: string
      /** Of an execution that has been redriven: how often, and when last. */
      readonly redrive?: Redrive
      /** Of a Map run's child: how often the execution above it had been redriven. */
      readonly parentRedrives?: number
      readonly events: HistoryEvent[]
    }

  /** The execution goes on after an unsuccessful end. */
  | ({ readonly kind: 'redriven'; readonly events: HistoryEvent[] } & Redrive)

  /** The end has been handed to EventBridge. */
  | { readonly kind: 'told'; readonly events: HistoryEvent[] }

export interface Journal {
  /**
   * Hands the record to the file, in the order of the calls: a killed process loses nothing of it. What is returned
   * resolves when it is on disk. `lazy`: the next record that is awaited brings it along.
   */
  append(record: JournalRecord, lazy?: boolean): Promise<void>
  close(): Promise<void>
}

/** Keeps the events of an execution that is not to outlive the process. */
export class MemoryJournal implements Journal {
  readonly events: HistoryEvent[] = []

  async append(record: JournalRecord): Promise<void> {
    this.events.push(...record.events)
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }
}

/** Group commit: everything written while one fdatasync is under way shares the next. */
export class FileJournal implements Journal {
  readonly #file: FileHandle
  #written = 0
  #synced = 0
  #syncing: Promise<void> | undefined
  /** After a failed write the tail may be torn: nothing may follow it. */
  #broken: unknown
  #closed = false

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens for appending, and cuts a torn last line off first. */
  static async open(path: string): Promise<FileJournal> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    const { size } = await file.stat()
    const whole = size === 0 ? 0 : await endOfLastLine(path, size)
    if (whole < size) await truncate(path, whole)
    return new FileJournal(file)
  }

  append(record: object, lazy = false): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    try {
      appendFileSync(this.#file.fd, `${JSON.stringify(record)}\n`)
    } catch (error) {
      this.#broken = error
      return Promise.reject(error)
    }
    this.#written += 1
    return lazy ? Promise.resolve() : this.#durable(this.#written)
  }

  async #durable(mark: number): Promise<void> {
    while (this.#synced < mark) {
      this.#syncing ??= this.#sync()
      await this.#syncing
    }
  }

  async #sync(): Promise<void> {
    const mark = this.#written
    try {
      await this.#file.datasync()
      this.#synced = mark
    } catch (error) {
      this.#broken = error
      throw error
    } finally {
      this.#syncing = undefined
    }
  }

  /** Nothing happens the second time. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#broken === undefined) await this.#durable(this.#written)
    await this.#file.close()
  }
}

async function endOfLastLine(path: string, size: number): Promise<number> {
  const file = await open(path, 'r')
  try {
    const block = Buffer.alloc(65_536)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - block.length)
      const { bytesRead } = await file.read(block, 0, end - start, start)
      const newline = block.subarray(0, bytesRead).lastIndexOf(10)
      if (newline >= 0) return start + newline + 1
      end = start
    }
    return 0
  } finally {
    await file.close()
  }
}

/** Streams the whole lines of a file of JSON lines; what follows a torn one was never acknowledged. */
export async function* readLines<T>(path: string): AsyncGenerator<T> {
  const stream = createReadStream(path, { encoding: 'utf8' })
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line === '') continue
      let value: T
      try {
        value = JSON.parse(line)
      } catch (error) {
        if (error instanceof SyntaxError) return
        throw error
      }
      yield value
    }
  } finally {
    stream.destroy()
  }
}

export const readJournal = (path: string) => readLines<JournalRecord>(path)
