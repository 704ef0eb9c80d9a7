/** The durable engine: starts executions, resumes them after a crash, stops them, and answers for finished ones. */
import { existsSync, mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Bell, sleep } from './clock.ts'
import { parseDefinition } from './definition.ts'
import type { EngineOptions } from './engine-options.ts'
import { Aborted, begin, type End, execute, redrive } from './execute.ts'
import { executionPath } from './execution-path.ts'
import { type ExecutionSummary, summarise } from './execution-summary.ts'
import { Interrupted } from './failure.ts'
import { History } from './history.ts'
import { FileJournal, type Redrive, readJournal } from './journal.ts'
import { type JournalEnds, readEnds } from './journal-ends.ts'
import { closingOnFailure, journalFailure, recordFailure } from './journal-failure.ts'
import { MapRunFiles } from './map-run-files.ts'
import { recoverExecution } from './recover-execution.ts'
import type { RecoveredScope } from './recovery.ts'
import { type ExecutionInfo, Run, type RunServices } from './run.ts'
import { TaskTokens } from './task-tokens.ts'

interface Live {
  readonly run: Run
  readonly ended: Promise<End | undefined>
}

export interface StartRequest {
  readonly arn: string
  readonly name: string
  readonly machineArn: string
  readonly machineName: string
  readonly roleArn: string
  readonly input: unknown
  /** JSON text, kept with the execution: an update never changes what runs. */
  readonly definition: string
}

export class Engine {
  readonly tokens: TaskTokens
  readonly mapRuns: MapRunFiles
  readonly #options: EngineOptions
  readonly #services: RunServices
  readonly #bell = new Bell()
  readonly #index = new Map<string, ExecutionSummary>()
  readonly #live = new Map<string, Live>()
  readonly #starting = new Map<string, Promise<unknown>>()
  /** Executions whose end could not be written. */
  readonly #broken = new Map<string, JournalEnds['end']>()
  #closing = false

  private constructor(options: EngineOptions) {
    this.#options = options
    this.tokens = new TaskTokens(options.tokenSecret)
    this.mapRuns = new MapRunFiles((arn) => this.#path(arn).replace(/\.jsonl$/, '.maps'))
    const poll = options.pollMilliseconds ?? 500
    this.#services = {
      region: options.region,
      call: options.call,
      now: options.now ?? (() => new Date()),
      log: options.log ?? (() => undefined),
      sleep,
      changes: () => this.#bell.rung,
      poll: (signal, since) => this.#bell.wait(poll, signal, since),
      tokens: this.tokens,
      mapRuns: this.mapRuns,
    }
  }

  /** Reads what executions there are; `resume` carries unfinished ones on. */
  static async open(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options)
    const root = join(options.directory, 'executions')
    mkdirSync(root, { recursive: true })
    for (const folder of await readdir(root)) {
      for (const file of await readdir(join(root, folder))) {
        if (!file.endsWith('.jsonl')) continue
        const ends = await readEnds(join(root, folder, file))
        if (ends === undefined) continue
        const summary = summarise(ends)
        engine.#index.set(summary.arn, summary)
        if (ends.end !== undefined && !ends.told) await engine.#tell(summary.arn)
      }
    }
    return engine
  }

  /** Carries on every execution that has not ended. */
  async resume(): Promise<void> {
    for (const summary of [...this.#index.values()]) {
      const { arn, status } = summary
      if (status !== 'RUNNING' || this.#live.has(arn)) continue
      const found = await recoverExecution(this.#path(arn))
      if (found === undefined) continue
      // The crash may have come between the start and its announcement.
      await this.#notify(summary)
      const { info, definition, root, lastEvent } = found
      const journal = await FileJournal.open(this.#path(arn))
      const run = new Run(this.#services, info, new History(lastEvent), journal)
      this.#carry(run, definition, journal, root)
    }
  }

  /**
   * Carries on an execution that ended without success, from what had not succeeded.
   * The caller has made sure that it can be redriven.
   */
  async redrive(arn: string, token?: string): Promise<Redrive> {
    const known = this.#index.get(arn)
    if (known === undefined) throw new RangeError(`no execution ${arn}`)
    const { stopDate: _, ...summary } = known
    const again: ExecutionSummary = { ...summary, status: 'RUNNING' }
    // Taken before anything is awaited, as a start is.
    this.#index.set(arn, again)
    this.#broken.delete(arn)
    const begun = this.#redrive(again, token)
    this.#starting.set(arn, begun)
    try {
      return await begun
    } catch (error) {
      this.#index.set(arn, known)
      throw error
    } finally {
      this.#starting.delete(arn)
    }
  }

  async #redrive(summary: ExecutionSummary, token: string | undefined): Promise<Redrive> {
    // The end may be recorded and not yet be told.
    await this.#live.get(summary.arn)?.ended
    const found = await recoverExecution(this.#path(summary.arn))
    if (found === undefined) throw new RangeError(`no journal of ${summary.arn}`)
    const { info, definition, root, lastEvent } = found
    const next: Redrive = {
      count: (info.redrive?.count ?? 0) + 1,
      date: this.#services.now().toISOString(),
      ...(token === undefined ? {} : { token }),
    }
    const journal = await FileJournal.open(this.#path(summary.arn))
    const run = new Run(this.#services, { ...info, redrive: next }, new History(lastEvent), journal)
    await closingOnFailure(journal, () => redrive(run, next))
    root.redrive()
    await this.#notify(summary)
    this.#carry(run, definition, journal, root)
    return next
  }

  /** @throws DefinitionRefused; the caller has made sure that the name is free. */
  async start(request: StartRequest): Promise<ExecutionSummary> {
    const { definition, ...identity } = request
    parseDefinition(definition)
    const startTime = this.#services.now().toISOString()
    const { arn, name, machineArn } = request
    const summary: ExecutionSummary = { arn, name, machineArn, status: 'RUNNING', startDate: startTime }
    // Taken before anything is awaited: of two starts with one name only one comes here.
    this.#index.set(arn, summary)
    const begun = this.#begin({ ...identity, startTime }, definition, summary)
    this.#starting.set(arn, begun)
    try {
      await begun
    } catch (error) {
      this.#index.delete(arn)
      throw error
    } finally {
      this.#starting.delete(arn)
    }
    return summary
  }

  async #begin(execution: ExecutionInfo, definition: string, summary: ExecutionSummary): Promise<void> {
    const journal = await FileJournal.open(this.#path(execution.arn))
    const run = new Run(this.#services, execution, new History(), journal)
    await closingOnFailure(journal, () => begin(run, { definition }))
    await this.#notify(summary)
    this.#carry(run, definition, journal)
  }

  /** Resolves when an execution that is being started is on disk. */
  async started(arn: string): Promise<void> {
    await this.#starting.get(arn)
  }

  #carry(run: Run, definition: string, journal: FileJournal, recovered?: RecoveredScope): void {
    const { arn } = run.execution
    const ended = this.#finish(run, definition, recovered)
      .catch((error: unknown) =>
        error instanceof Interrupted ? undefined : this.#breakOff(arn, journal, error),
      )
      .finally(async () => {
        this.#live.delete(arn)
        await journal.close()
        this.#bell.ring()
      })
    this.#live.set(arn, { run, ended })
  }

  async #finish(run: Run, definition: string, recovered?: RecoveredScope): Promise<End> {
    const { arn } = run.execution
    const end = await execute(run, parseDefinition(definition), recovered)
    const summary = this.#index.get(arn)
    if (summary !== undefined) {
      this.#index.set(arn, { ...summary, status: end.status, stopDate: end.stopDate })
    }
    await this.#tell(arn, run.journal)
    return end
  }

  /**
   * The journal cannot be written. With room for one record the execution has failed, and can be redriven; without,
   * it has failed for as long as this engine lives, and a later one goes on where the journal ends.
   */
  async #breakOff(arn: string, broken: FileJournal, error: unknown): Promise<End | undefined> {
    this.#services.log(`execution ${arn} broke off: ${String(error)}`)
    await broken.close()
    const failure = journalFailure(error, this.#services.now())
    const summary = this.#index.get(arn)
    if (summary !== undefined)
      this.#index.set(arn, { ...summary, status: failure.status, stopDate: failure.stopDate })
    try {
      await recordFailure(this.#services, this.#path(arn), failure)
      await this.#tell(arn)
    } catch (again) {
      this.#services.log(`execution ${arn}: its end could not be written either: ${String(again)}`)
      this.#broken.set(arn, { kind: 'end', ...failure, events: [] })
    }
    return failure
  }

  /** Announces an end, and records that it was announced: a crash in between announces it twice. */
  async #tell(arn: string, journal?: Run['journal']): Promise<void> {
    const summary = this.#index.get(arn)
    if (summary === undefined) return
    await this.#notify(summary)
    const file = journal ?? (await FileJournal.open(this.#path(arn)))
    await file.append({ kind: 'told', events: [] })
    if (journal === undefined) await file.close()
  }

  async #notify(summary: ExecutionSummary): Promise<void> {
    if (this.#options.changed === undefined) return
    const ends = await readEnds(this.#path(summary.arn))
    if (ends !== undefined) this.#options.changed(summary, ends)
  }

  get(arn: string): ExecutionSummary | undefined {
    return this.#index.get(arn)
  }

  /** Newest first. */
  list(machineArn: string): ExecutionSummary[] {
    return [...this.#index.values()]
      .filter((execution) => execution.machineArn === machineArn)
      .sort((a, b) => b.startDate.localeCompare(a.startDate))
  }

  /** Start (with input and definition) and end (with output or error) of an execution. */
  async ends(arn: string): Promise<JournalEnds | undefined> {
    const path = this.#path(arn)
    const ends = existsSync(path) ? await readEnds(path) : undefined
    if (ends === undefined || ends.end !== undefined) return ends
    const broken = this.#broken.get(arn)
    if (broken !== undefined) return { ...ends, end: broken }
    return { ...ends, redrive: this.#live.get(arn)?.run.execution.redrive ?? ends.redrive }
  }

  /** The journal of an execution, from the beginning. */
  journal(arn: string) {
    return readJournal(this.#path(arn))
  }

  /** Resolves when the execution has ended (undefined: when the engine closes first). */
  async ended(arn: string): Promise<End | undefined> {
    return this.#live.get(arn)?.ended
  }

  /** Ends a running execution as ABORTED. @returns when it stopped */
  async stop(arn: string, error?: string, cause?: string): Promise<string> {
    const live = this.#live.get(arn)
    live?.run.controller.abort(new Aborted(error, cause))
    const end = await live?.ended
    return end?.stopDate ?? this.#index.get(arn)?.stopDate ?? this.#services.now().toISOString()
  }

  /** Something outside has changed: whoever waits for a job looks at once. */
  nudge(): void {
    this.#bell.ring()
  }

  /** Leaves every execution where it is; `resume` of a later engine goes on. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const live = [...this.#live.values()]
    for (const { run } of live) run.controller.abort(new Interrupted('shutdown'))
    await Promise.all(live.map(({ ended }) => ended))
  }

  #path(arn: string): string {
    return executionPath(this.#options.directory, arn)
  }
}
