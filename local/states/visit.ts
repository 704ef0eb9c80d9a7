/** One visit of a state: its place in the journal, what it has recorded so far, and the values its expressions see. */
import { assertWithinDataLimit, EvaluationFailure, StateFailure } from './failure.ts'
import type { NewEvent } from './history.ts'
import type { RecoveredScope } from './recovery.ts'
import type { Scope } from './scope.ts'
import { type Bindings, evaluateTemplate } from './template.ts'

/** What a state leaves behind. `next` absent: the flow ends. */
export interface Outcome {
  readonly output: unknown
  readonly assigned: Record<string, unknown>
  readonly next: string | undefined
  /** Events between the state's work and its exit. */
  readonly events?: readonly NewEvent[]
}

export class Visit {
  readonly scope: Scope
  readonly name: string
  readonly step: number
  readonly input: unknown
  retryCount = 0
  /** Whether a Task's work was begun. */
  scheduled = false
  enteredEvent = 0
  /** What came before the state was entered. */
  precedingEvent = 0
  enteredTime = ''

  constructor(scope: Scope, name: string, step: number, input: unknown) {
    this.scope = scope
    this.name = name
    this.step = step
    this.input = input
  }

  get run() {
    return this.scope.run
  }

  /** Where this visit stands in the journal. */
  get at(): string {
    return `${this.scope.path}${this.step}`
  }

  /** What an earlier process recorded under this name for this visit. */
  recall(name: string): unknown {
    return this.#recovered ? this.scope.recovered.notes.get(name) : undefined
  }

  get #recovered(): boolean {
    return this.step === (this.scope.recovered.checkpoint?.step ?? -1) + 1
  }

  /** A branch or iteration of this state as far as an earlier process had come with it. */
  recoveredChild(name: string): RecoveredScope | undefined {
    return this.#recovered ? this.scope.recovered.children.get(name) : undefined
  }

  /** Records a fact, and its events, before going on. */
  async note(name: string, value: unknown, events: readonly NewEvent[] = []): Promise<void> {
    await this.#commit(name, value, events, false)
  }

  /** As `note`, for a fact that a later record of this execution brings to the disk along with itself. */
  post(name: string, value: unknown, events: readonly NewEvent[] = []): void {
    this.#commit(name, value, events, true)
  }

  #commit(name: string, value: unknown, events: readonly NewEvent[], lazy: boolean): Promise<void> {
    const committed = this.run.commit(
      { kind: 'note', at: this.at, name, value },
      events,
      this.scope.previousEventId,
      lazy,
    )
    this.scope.previousEventId = committed.events.at(-1)?.id ?? this.scope.previousEventId
    return committed.flushed
  }

  /** Records a fact once: a restarted execution gets the recorded one. */
  async once<T>(name: string, produce: () => Promise<T>, events: readonly NewEvent[] = []): Promise<T> {
    const known = this.recall(name)
    if (known !== undefined) return known as T
    const value = await produce()
    await this.note(name, value, events)
    return value
  }

  /** `$states` and the variables in scope. */
  bindings(
    extra: { result?: unknown; errorOutput?: unknown } = {},
    context: Record<string, unknown> = {},
  ): Bindings {
    return {
      ...this.scope.visibleVariables(),
      states: { input: this.input, ...extra, context: { ...this.context(), ...context } },
    }
  }

  context(): Record<string, unknown> {
    const { execution } = this.run
    return {
      Execution: {
        Id: execution.arn,
        Input: execution.input,
        Name: execution.name,
        RoleArn: execution.roleArn,
        StartTime: execution.startTime,
        RedriveCount: execution.redrive?.count ?? 0,
        ...(execution.redrive === undefined ? {} : { RedriveTime: execution.redrive.date }),
      },
      StateMachine: { Id: execution.machineArn, Name: execution.machineName },
      State: {
        Name: this.name,
        EnteredTime: this.enteredTime,
        ...(this.#canRetry ? { RetryCount: this.retryCount } : {}),
      },
      ...this.scope.mapContext,
    }
  }

  /** AWS tells the attempt only to states that have several. */
  get #canRetry(): boolean {
    const type = this.scope.flow.States[this.name]?.Type
    return type === 'Task' || type === 'Parallel' || type === 'Map'
  }

  /** Evaluates `Assign` and `Output`, neither of which sees the other. `field` is the path of what holds them. */
  async conclude(
    fields: { Assign?: Record<string, unknown> | undefined; Output?: unknown },
    bindings: Bindings,
    fallback: unknown,
    next: string | undefined,
    field = '',
  ): Promise<Outcome> {
    const assigned: Record<string, unknown> = {}
    for (const [variable, template] of Object.entries(fields.Assign ?? {})) {
      const value = await evaluateTemplate(template, bindings, `${field}Assign/${variable}`)
      assertWithinDataLimit(value, this.name)
      Object.defineProperty(assigned, variable, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    const output =
      fields.Output === undefined
        ? fallback
        : await evaluateTemplate(fields.Output, bindings, `${field}Output`)
    assertWithinDataLimit(output, this.name)
    return { output, assigned, next }
  }

  /** AWS's opening words for a failure inside a state. */
  explain(reason: string): string {
    return `An error occurred while executing the state '${this.name}' (entered at the event id #${this.enteredEvent}). ${reason}`
  }

  /** Turns what an evaluation threw into the failure of this state. */
  failure(error: unknown): StateFailure | undefined {
    if (error instanceof StateFailure) return error
    if (!(error instanceof EvaluationFailure)) return undefined
    return new StateFailure('States.QueryEvaluationError', this.explain(error.reason), error.location)
  }
}
