/** What a journal says about an unfinished execution: per scope where it stands, and what the state there has done so far. */
import { dataLimitExceeded } from './failure.ts'
import type { JournalRecord } from './journal.ts'

/** The last completed step of a scope. */
export interface Checkpoint {
  readonly step: number
  readonly next: string | undefined
  readonly output: unknown
}

/** A flow (the root, a branch, an iteration) as far as it had come. Finished states leave only their checkpoint. */
export class RecoveredScope {
  checkpoint: Checkpoint | undefined
  readonly variables = new Map<string, unknown>()
  /** Notes and child scopes of the state that was under way. */
  notes = new Map<string, unknown>()
  children = new Map<string, RecoveredScope>()
  #step = -1

  apply(at: readonly string[], record: Extract<JournalRecord, { kind: 'note' | 'exit' }>): void {
    const [step, child, ...rest] = at
    this.#enter(Number(step))
    if (child !== undefined) {
      let scope = this.children.get(child)
      if (scope === undefined) {
        scope = new RecoveredScope()
        this.children.set(child, scope)
      }
      scope.apply(rest, record)
    } else if (record.kind === 'note') {
      this.notes.set(record.name, record.value)
    } else {
      for (const [name, value] of Object.entries(record.assigned)) this.variables.set(name, value)
      this.checkpoint = { step: Number(step), next: record.next, output: record.output }
      this.notes = new Map()
      this.children = new Map()
    }
  }

  /**
   * After an unsuccessful end: the state that had not exited begins anew, its retries too. Of a Map or Parallel the
   * branches, iterations and children that had succeeded stay; the others go on from their own unsuccessful state.
   */
  redrive(): void {
    const { notes, children } = this
    this.notes = new Map([...notes].filter(([name]) => name === 'entered'))
    this.children = new Map()
    const attempt = lastAttempt(notes)
    if (attempt === undefined) return
    const begun = [...children].filter(([name]) => name.startsWith(`${attempt}.`))
    // Everything succeeded, but the whole was too large: nothing less than all of it again can help.
    if (
      errorOf(notes.get(`failed:${attempt}`)) === dataLimitExceeded &&
      begun.every(([, scope]) => scope.#finished)
    )
      return
    for (const name of mapOrParallel) this.#keep(notes, `${name}:${attempt}`, `${name}:0`)
    this.#keep(notes, `run-started:${attempt}`, 'run-started:0')
    for (const [name, scope] of begun) {
      const index = name.slice(name.indexOf('.') + 1)
      this.children.set(`0.${index}`, scope)
      for (const fact of scope.#finished ? ofFinished : ofBegun)
        this.#keep(notes, `${fact}:${name}`, `${fact}:0.${index}`)
      if (!scope.#finished) scope.redrive()
    }
  }

  get #finished(): boolean {
    return this.checkpoint !== undefined && this.checkpoint.next === undefined
  }

  /** Retries count from 0 again, so that what an attempt left is found under the first one's name. */
  #keep(notes: ReadonlyMap<string, unknown>, name: string, as: string): void {
    if (notes.has(name)) this.notes.set(as, notes.get(name))
  }

  #enter(step: number): void {
    if (step === this.#step) return
    this.#step = step
    this.notes = new Map()
    this.children = new Map()
  }
}

/** The notes with which a Parallel, an inline Map and a distributed Map begin an attempt. */
const mapOrParallel = ['branches', 'items', 'map-run'] as const
/** What an inline Map notes of an iteration. */
const ofBegun = ['input', 'MapIterationStarted'] as const
const ofFinished = [...ofBegun, 'MapIterationSucceeded'] as const

/** The latest attempt of a Map or Parallel that was under way. */
function lastAttempt(notes: ReadonlyMap<string, unknown>): number | undefined {
  const attempts = [...notes.keys()].flatMap((name) => {
    const [what, attempt] = name.split(':')
    return mapOrParallel.some((known) => known === what) ? [Number(attempt)] : []
  })
  return attempts.length === 0 ? undefined : Math.max(...attempts)
}

const errorOf = (failure: unknown) =>
  typeof failure === 'object' && failure !== null && 'error' in failure ? failure.error : undefined
