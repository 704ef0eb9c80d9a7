/** What a journal says about an unfinished execution: per scope where it stands, and what the state there has done so far. */
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

  #enter(step: number): void {
    if (step === this.#step) return
    this.#step = step
    this.notes = new Map()
    this.children = new Map()
  }
}
