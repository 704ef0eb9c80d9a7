/** The durable engine: starts executions, resumes them after a crash, stops them, and answers for finished ones. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Bell, sleep } from './clock.ts'
import { parseDefinition } from './definition.ts'
import { Aborted, begin, type End, execute, type Status } from './execute.ts'
import { Interrupted } from './failure.ts'
import { History } from './history.ts'
import { FileJournal, readJournal } from './journal.ts'
import { type JournalEnds, readEnds } from './journal-ends.ts'
import { MapRunFiles } from './map-run-files.ts'
import { RecoveredScope } from './recovery.ts'
import { type ExecutionInfo, Run, type RunServices } from './run.ts'
import { TaskTokens } from './task-tokens.ts'

export interface EngineOptions {
  /** Where the journals lie. */
  readonly directory: string
  readonly region: string
  readonly call: RunServices['call']
  /** Told of every change of an execution's status, at least once. */
  readonly changed?: (execution: ExecutionSummary, ends: JournalEnds) => void
  readonly log?: (line: string) => void
  readonly now?: () => Date
  /** Between two looks at a `.sync` job. @default 500 */
  readonly pollMilliseconds?: number
  /** Signs task tokens; give the same one after a restart. */
  readonly tokenSecret?: Buffer
}

/** What the engine keeps in memory of every execution. */
export interface ExecutionSummary {
  readonly arn: string
  readonly name: string
  readonly machineArn: string
  readonly status: Status
  readonly startDate: string
  readonly stopDate?: string
}

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
  readonly #starting = new Map<string, Promise<void>>()
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
      poll: (signal) => this.#bell.wait(poll, signal),
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
    for (const { arn, status } of [...this.#index.values()]) {
      if (status !== 'RUNNING' || this.#live.has(arn)) continue
      const ends = await readEnds(this.#path(arn))
      if (ends === undefined) continue
      const root = new RecoveredScope()
      let last = 0
      for await (const record of readJournal(this.#path(arn))) {
        last = record.events.at(-1)?.id ?? last
        if (record.kind === 'note' || record.kind === 'exit') root.apply(record.at.split('/'), record)
      }
      const journal = await FileJournal.open(this.#path(arn))
      const { definition, ...execution } = ends.start.execution
      const run = new Run(this.#services, execution as unknown as ExecutionInfo, new History(last), journal)
      this.#carry(run, String(definition), journal, root)
    }
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
    await begin(run, { definition })
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
      .catch((error: unknown) => {
        if (!(error instanceof Interrupted))
          this.#services.log(`execution ${arn} broke off: ${String(error)}`)
        return undefined
      })
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
    return existsSync(path) ? readEnds(path) : undefined
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

  /** `executions/<machine>/<name>-<hash>.jsonl`: the hash keeps names apart on file systems that ignore case. */
  #path(arn: string): string {
    const [machine, name] = arn.split(':').slice(-2)
    const hash = createHash('sha256').update(arn).digest('hex').slice(0, 12)
    const readable = String(name).replaceAll(/[^A-Za-z0-9._-]/g, '_')
    return join(this.#options.directory, 'executions', String(machine), `${readable}-${hash}.jsonl`)
  }
}

function summarise({ start, end }: JournalEnds): ExecutionSummary {
  const { arn, name, machineArn, startTime } = start.execution
  const summary = {
    arn: String(arn),
    name: String(name),
    machineArn: String(machineArn),
    startDate: String(startTime),
  }
  return end === undefined
    ? { ...summary, status: 'RUNNING' }
    : { ...summary, status: end.status as Status, stopDate: end.stopDate }
}
