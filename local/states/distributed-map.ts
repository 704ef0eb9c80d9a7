/** A Map whose iterations are child executions: read, batched, run side by side, tolerated, written. */
import { randomUUID } from 'node:crypto'
import { type RecoveredChild, runChild } from './child-execution.ts'
import { type ChildInput, childInputs } from './child-inputs.ts'
import type { MapState } from './definition.ts'
import type { End } from './execute.ts'
import { assertWithinDataLimit, dataLimitBytes, Interrupted } from './failure.ts'
import { evaluateReader, type ReaderRequest, readItems } from './item-reader.ts'
import type { JournalRecord } from './journal.ts'
import { redriveOf } from './journal-ends.ts'
import { evaluateConcurrency, evaluateItems, evaluateTolerance, type MapLimits } from './map-items.ts'
import { type ItemCounts, type MapRunLog, noItems } from './map-run.ts'
import { RecoveredScope } from './recovery.ts'
import { evaluateWriter, writeResults } from './result-writer.ts'
import { TaskFailure } from './task-state.ts'
import { exceedsTolerance, toleranceExceeded } from './tolerance.ts'
import type { Outcome, Visit } from './visit.ts'

/** Children at once when MaxConcurrency is 0; AWS allows 10,000, a laptop gains nothing from so many. */
const localConcurrency = 100

/** Recorded before the first child starts. */
interface Begun {
  readonly id: string
  readonly startDate: string
  /** How often the execution had been redriven by then. */
  readonly redrives: number
  readonly maxConcurrency: number
  readonly reader?: ReaderRequest
  readonly items?: unknown[]
}

export async function runDistributedMap(state: MapState, visit: Visit, attempt: number): Promise<Outcome> {
  const begun = await begin(state, visit, attempt)
  const limits: MapLimits = {
    maxConcurrency: begun.maxConcurrency,
    ...(await evaluateTolerance(state, visit.bindings())),
  }
  const label = state.Label ?? visit.name
  const arn = `${visit.run.execution.machineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${begun.id}`
  const { redrive } = visit.run.execution
  const redriveCount = (redrive?.count ?? 0) - begun.redrives
  const log = await visit.run.services.mapRuns.open({
    arn,
    executionArn: visit.run.execution.arn,
    machineArn: visit.run.execution.machineArn,
    startDate: begun.startDate,
    maxConcurrency: limits.maxConcurrency,
    toleratedFailureCount: limits.toleratedCount ?? 0,
    toleratedFailurePercentage: limits.toleratedPercentage ?? 0,
    redriveCount,
    ...(redriveCount === 0 || redrive === undefined ? {} : { redriveDate: redrive.date }),
  })
  const run = new MapRun(state, visit, begun, limits, label, arn, log)
  try {
    await visit.once(`run-started:${attempt}`, async () => true, [
      { type: 'MapRunStarted', details: { mapRunArn: arn } },
    ])
    if (redriveCount > 0) {
      await visit.once(`run-redriven:${attempt}`, async () => true, [
        { type: 'MapRunRedriven', details: { mapRunArn: arn, redriveCount } },
      ])
    }
    const result = await run.execute()
    run.tell('SUCCEEDED')
    const outcome = await visit.conclude(state, visit.bindings({ result }), result, state.Next)
    return { ...outcome, events: [{ type: 'MapRunSucceeded' }, { type: 'MapStateSucceeded' }] }
  } catch (error) {
    const failure = visit.failure(error)
    if (!(error instanceof Interrupted) || error.kind === 'ended') {
      run.tell(error instanceof Interrupted ? 'ABORTED' : 'FAILED')
    }
    if (failure === undefined || failure.error === 'States.Runtime' || failure.location !== undefined)
      throw error
    const details = {
      ...(failure.error === undefined ? {} : { error: failure.error }),
      ...(failure.reason === undefined ? {} : { cause: failure.reason }),
    }
    throw new TaskFailure(failure.error, failure.reason, [{ type: 'MapRunFailed', details }])
  } finally {
    await log.close()
  }
}

async function begin(state: MapState, visit: Visit, attempt: number): Promise<Begun> {
  const name = `map-run:${attempt}`
  const known = visit.recall(name)
  if (isBegun(known)) return known
  const maxConcurrency = await evaluateConcurrency(state, visit.bindings())
  const source =
    state.ItemReader === undefined
      ? { items: await evaluateItems(state, visit) }
      : { reader: await evaluateReader(state.ItemReader, visit) }
  const begun: Begun = {
    id: randomUUID(),
    startDate: visit.run.services.now().toISOString(),
    redrives: visit.run.execution.redrive?.count ?? 0,
    maxConcurrency,
    ...source,
  }
  await visit.note(name, begun, [{ type: 'MapStateStarted', details: { length: begun.items?.length ?? 0 } }])
  return begun
}

function isBegun(value: unknown): value is Begun {
  return typeof value === 'object' && value !== null && 'id' in value && 'startDate' in value
}

class MapRun {
  readonly #state: MapState
  readonly #visit: Visit
  readonly #begun: Begun
  readonly #limits: MapLimits
  readonly #label: string
  readonly #arn: string
  readonly #log: MapRunLog
  #counts: ItemCounts = noItems(0)
  /** Outputs by child, as long as they may become the state's result. */
  readonly #outputs = new Map<number, unknown>()
  #outputBytes = 0
  readonly #done = new Set<number>()
  readonly #under = new Map<number, RecoveredChild>()
  readonly #failed = new Set<number>()

  constructor(
    state: MapState,
    visit: Visit,
    begun: Begun,
    limits: MapLimits,
    label: string,
    arn: string,
    log: MapRunLog,
  ) {
    this.#state = state
    this.#visit = visit
    this.#begun = begun
    this.#limits = limits
    this.#label = label
    this.#arn = arn
    this.#log = log
  }

  tell(status: string): void {
    this.#log.update(
      status,
      this.#counts,
      status === 'RUNNING' ? undefined : this.#visit.run.services.now().toISOString(),
    )
  }

  async execute(): Promise<unknown> {
    const { ItemReader, ResultWriter } = this.#state
    const target = ResultWriter === undefined ? undefined : await evaluateWriter(ResultWriter, this.#visit)
    const items =
      ItemReader === undefined || this.#begun.reader === undefined
        ? (this.#begun.items ?? [])
        : await readItems(ItemReader, this.#begun.reader, this.#visit)
    this.#counts = noItems(items.length)
    const keep = target === undefined
    await this.#recover(keep)
    this.tell('RUNNING')
    await this.#runChildren(items, keep)
    if (ResultWriter !== undefined && target !== undefined) {
      const result = await writeResults({
        writer: ResultWriter,
        target,
        visit: this.#visit,
        log: this.#log,
        mapRunArn: this.#arn,
        mapRunId: this.#begun.id,
        label: this.#label,
      })
      this.#counts.resultsWritten = items.length
      return result
    }
    return this.#result()
  }

  #result(): unknown {
    const { name } = this.#visit
    // More than the limit was produced: the texts are gone, the failure is what is left to say.
    if (this.#outputBytes > dataLimitBytes) assertWithinDataLimit('x'.repeat(dataLimitBytes + 1), name)
    const ordered = [...this.#outputs].sort(([a], [b]) => a - b).map(([, output]) => output)
    const flat =
      this.#state.ResultWriter?.WriterConfig?.Transformation === 'FLATTEN' ? ordered.flat() : ordered
    assertWithinDataLimit(flat, name)
    return flat
  }

  /** Children of an earlier process, or before a redrive: what succeeded is not run again, others go on. */
  async #recover(keep: boolean): Promise<void> {
    const redrives = this.#visit.run.execution.redrive?.count ?? 0
    for await (const { child, record } of this.#log.read()) {
      if (record.kind === 'start') {
        this.#under.set(child, {
          scope: new RecoveredScope(),
          input: record.execution.input,
          startTime: String(record.execution.startTime),
          lastEvent: record.events.at(-1)?.id ?? 0,
          redrive: undefined,
          ended: false,
        })
        continue
      }
      const under = this.#under.get(child)
      if (under === undefined) continue
      under.lastEvent = record.events.at(-1)?.id ?? under.lastEvent
      if (record.kind === 'redriven') {
        under.scope.redrive()
        under.redrive = redriveOf(record)
        under.ended = false
      } else if (record.kind === 'end') {
        under.ended = record.status !== 'SUCCEEDED' && (record.parentRedrives ?? 0) < redrives
        if (!under.ended) this.#finished(child, record, keep)
      } else if (record.kind !== 'told') under.scope.apply(record.at.split('/'), record)
    }
  }

  #finished(child: number, end: Extract<JournalRecord, { kind: 'end' }>, keep: boolean): void {
    this.#under.delete(child)
    this.#done.add(child)
    if (end.status !== 'SUCCEEDED') this.#failed.add(child)
    if (keep) this.#keep(child, end)
  }

  #keep(child: number, end: { status: string; output?: unknown; error?: string; cause?: string }): void {
    const output =
      end.status === 'SUCCEEDED'
        ? end.output
        : { Status: end.status, Error: end.error ?? '', Cause: end.cause ?? '' }
    this.#outputBytes += Buffer.byteLength(JSON.stringify(output) ?? 'null') + 1
    if (this.#outputBytes > dataLimitBytes + 1) this.#outputs.clear()
    else this.#outputs.set(child, output)
  }

  async #runChildren(items: readonly unknown[], keep: boolean): Promise<void> {
    const others = new AbortController()
    const signal = AbortSignal.any([this.#visit.scope.signal, others.signal])
    const inputs = childInputs(this.#state, this.#visit, items)
    const { maxConcurrency } = this.#limits
    let failure: unknown
    const lane = async () => {
      // The generator hands out inputs one at a time, however many lanes ask.
      for await (const child of { [Symbol.asyncIterator]: () => ({ next: () => inputs.next() }) }) {
        if (signal.aborted) return
        await this.#runOne(child, items.length, keep, signal)
      }
    }
    const guarded = () =>
      lane().catch((error: unknown) => {
        failure ??= error
        others.abort(new Interrupted('ended'))
      })
    const limit = Math.min(
      maxConcurrency === 0 ? localConcurrency : maxConcurrency,
      Math.max(1, items.length),
    )
    await Promise.all(Array.from({ length: limit }, guarded))
    this.#visit.scope.signal.throwIfAborted()
    if (failure !== undefined) throw failure
  }

  async #runOne(child: ChildInput, total: number, keep: boolean, signal: AbortSignal): Promise<void> {
    const counts = this.#counts
    if (this.#done.delete(child.index)) {
      counts.pending -= child.items
      this.#count(this.#failed.delete(child.index) ? 'FAILED' : 'SUCCEEDED', child.items, total)
      return
    }
    assertWithinDataLimit(child.input, this.#visit.name)
    counts.pending -= child.items
    counts.running += child.items
    this.tell('RUNNING')
    const recovered = this.#under.get(child.index)
    this.#under.delete(child.index)
    const end: End = await runChild({
      services: this.#visit.run.services,
      parent: this.#visit.run.execution,
      processor: this.#state.ItemProcessor,
      log: this.#log,
      label: this.#label,
      mapRunId: this.#begun.id,
      index: child.index,
      input: child.input,
      recovered,
      signal,
    })
    counts.running -= child.items
    if (keep) this.#keep(child.index, end)
    this.#count(end.status, child.items, total)
  }

  #count(status: string, items: number, total: number): void {
    const key = ({ SUCCEEDED: 'succeeded', TIMED_OUT: 'timedOut', ABORTED: 'aborted' } as const)[status]
    this.#counts[key ?? 'failed'] += items
    this.tell('RUNNING')
    const failed = this.#counts.failed + this.#counts.timedOut
    if (exceedsTolerance(this.#limits, failed, total)) throw toleranceExceeded()
  }
}
