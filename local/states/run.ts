/** One execution under way: its identity, its history and journal, and what it needs from outside. */
import { Interrupted } from './failure.ts'
import type { History, HistoryEvent, NewEvent } from './history.ts'
import type { Journal, Redrive } from './journal.ts'
import type { MapRunStore } from './map-run.ts'
import type { TaskTokens } from './task-tokens.ts'

/** So much of mere computing may be lost with the machine's power, never with the process. */
const lazyMilliseconds = 20

export interface ExecutionInfo {
  readonly arn: string
  readonly name: string
  readonly roleArn: string
  readonly input: unknown
  /** ISO 8601. */
  readonly startTime: string
  readonly machineArn: string
  readonly machineName: string
  /** The latest redrive; absent before the first. */
  readonly redrive?: Redrive
  /** Of a Map run's child: how often the execution above it had been redriven. */
  readonly parentRedrives?: number
}

export type Mocked =
  | { readonly result: unknown }
  | { readonly failure: { readonly error: string | undefined; readonly cause: string | undefined } }

/** What the engine lends to every execution. */
export interface RunServices {
  readonly region: string
  /** Calls an AWS API action as the state machine's role. */
  call(
    service: string,
    action: string,
    input: Record<string, unknown>,
    as: { roleArn: string },
  ): Promise<Record<string, unknown>>
  now(): Date
  /** One line to the log: names only, never values. */
  log(line: string): void
  /** Resolves after the time or rejects with the signal's reason. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Counts what has changed outside so far; taken before a look, so that no change after it is missed. */
  changes(): number
  /** Between two looks at a job; ends early when something changed since the count. */
  poll(signal: AbortSignal, since: number): Promise<void>
  /** What a state answers instead of doing its work; absent outside of rehearsals. */
  readonly mocks?: {
    has(state: string): boolean
    /** The answer of the state's next attempt. */
    take(state: string): Mocked
  }
  readonly tokens: TaskTokens
  readonly mapRuns: MapRunStore
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'events'> : never
type Entry = Unnumbered<Parameters<Journal['append']>[0]>

export class Run {
  readonly services: RunServices
  readonly execution: ExecutionInfo
  readonly history: History
  readonly journal: Journal
  readonly controller = new AbortController()
  #ended = false
  /** When a record was last waited for until it was on disk. */
  #durableAt = performance.now()

  constructor(services: RunServices, execution: ExecutionInfo, history: History, journal: Journal) {
    this.services = services
    this.execution = execution
    this.history = history
    this.journal = journal
  }

  /** Whether what only computes has gone on for so long that it is to wait for the disk, and others get their turn. */
  get overdue(): boolean {
    return performance.now() - this.#durableAt > lazyMilliseconds
  }

  /**
   * Numbers the events and appends the record, in one turn: what is in the file is a prefix of what happened.
   * `lazy`: a later record of the same execution is awaited instead.
   */
  commit(
    entry: Entry,
    events: readonly NewEvent[],
    previousEventId: number,
    lazy = false,
  ): { events: HistoryEvent[]; flushed: Promise<void> } {
    if (this.#ended) throw new Interrupted('ended')
    const ending = entry.kind === 'end'
    if (ending) this.#ended = true
    let previous = previousEventId
    const at = this.services.now()
    const numbered = events.map((event) => {
      const fresh = this.history.number(event, event.previous ?? previous, at, ending)
      previous = fresh.id
      return fresh
    })
    const flushed = this.journal.append({ ...entry, events: numbered }, lazy)
    // A failed write reaches whoever awaits this or a later record.
    flushed.then(
      () => {
        if (!lazy) this.#durableAt = performance.now()
      },
      () => undefined,
    )
    return { events: numbered, flushed }
  }
}
