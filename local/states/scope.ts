/** Runs one flow (the root, a branch, an iteration) state by state, going on where an earlier process stopped. */
import type { Flow } from './definition.ts'
import { Interrupted } from './failure.ts'
import { RecoveredScope } from './recovery.ts'
import type { Run } from './run.ts'
import { Visit } from './visit.ts'
import { visitState } from './visit-state.ts'

export class Scope {
  readonly run: Run
  readonly flow: Flow
  /** Prefix of the journal places of this flow's visits: empty at the root, `4/0.2/` in branch 2 of step 4. */
  readonly path: string
  readonly signal: AbortSignal
  readonly recovered: RecoveredScope
  /** `Map` of the context object inside an iteration. */
  readonly mapContext: Record<string, unknown>
  readonly #outer: Readonly<Record<string, unknown>>
  readonly #variables: Map<string, unknown>
  previousEventId: number
  /** The type of the state that was left open when the flow broke off, if AWS tells of such states. */
  openState: 'Task' | 'Wait' | 'Map' | 'Parallel' | undefined

  constructor(options: {
    run: Run
    flow: Flow
    path?: string
    signal: AbortSignal
    recovered?: RecoveredScope | undefined
    mapContext?: Record<string, unknown>
    outer?: Readonly<Record<string, unknown>>
    previousEventId?: number
  }) {
    this.run = options.run
    this.flow = options.flow
    this.path = options.path ?? ''
    this.signal = options.signal
    this.recovered = options.recovered ?? new RecoveredScope()
    this.mapContext = options.mapContext ?? {}
    this.#outer = options.outer ?? {}
    this.#variables = this.recovered.variables
    this.previousEventId = options.previousEventId ?? 0
  }

  /** Outer variables and this flow's own; an inner flow reads the outer ones and cannot change them. */
  visibleVariables(): Record<string, unknown> {
    return { ...this.#outer, ...Object.fromEntries(this.#variables) }
  }

  assign(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) this.#variables.set(name, value)
  }

  /** The output of the flow. @throws StateFailure, Interrupted */
  async execute(input: unknown): Promise<unknown> {
    const { checkpoint } = this.recovered
    let step = checkpoint === undefined ? 0 : checkpoint.step + 1
    let name = checkpoint === undefined ? this.flow.StartAt : checkpoint.next
    let value = checkpoint === undefined ? input : checkpoint.output
    while (name !== undefined) {
      this.signal.throwIfAborted()
      const visit = new Visit(this, name, step, value)
      const outcome = await visitState(visit).catch((error: unknown) => {
        this.#leaveOpen(visit, error)
        throw error
      })
      value = outcome.output
      name = outcome.next
      step += 1
    }
    return value
  }
  #leaveOpen(visit: Visit, error: unknown): void {
    const type = this.flow.States[visit.name]?.Type
    // A Map or Parallel that failed says so itself; a Task is open once it was scheduled.
    if (error instanceof Interrupted) {
      if (type === 'Task' || type === 'Wait' || type === 'Map' || type === 'Parallel') this.openState = type
    } else if (type === 'Task' && (visit.scheduled || visit.recall('begun:0') !== undefined))
      this.openState = type
  }
}
