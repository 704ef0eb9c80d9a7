/** How a state fails: an error name and a cause, as `Retry`, `Catch` and the execution's end see them. */

/** A failure with an ASL error name. `location` is the field whose expression failed, when one did. */
export class StateFailure extends Error {
  readonly error: string | undefined
  readonly reason: string | undefined
  readonly location: string | undefined
  /** Whether States.ALL and States.TaskFailed cover it. */
  readonly wild: boolean

  constructor(
    error: string | undefined,
    reason: string | undefined,
    location?: string,
    wild = error !== dataLimitExceeded,
  ) {
    super(`${error ?? 'failed'}: ${reason ?? ''}`)
    this.name = 'StateFailure'
    this.error = error
    this.reason = reason
    this.location = location
    this.wild = wild
  }
}

/** The location of an evaluation that is no field's: its event names none. */
export const noField = ''

/** An expression or a field that could not be evaluated; the engine puts the state and its event before the reason. */
export class EvaluationFailure extends Error {
  readonly reason: string
  readonly location: string

  constructor(reason: string, location: string) {
    super(reason)
    this.name = 'EvaluationFailure'
    this.reason = reason
    this.location = location
  }
}

/** Why everything under a signal ends: the engine leaves (and comes back), or the execution or its parent ended. */
export class Interrupted extends Error {
  readonly kind: 'shutdown' | 'ended'

  constructor(kind: 'shutdown' | 'ended') {
    super(kind)
    this.name = 'Interrupted'
    this.kind = kind
  }
}

export const queryEvaluationError = 'States.QueryEvaluationError'
export const dataLimitExceeded = 'States.DataLimitExceeded'

/** Bytes of UTF-8 that a state's output, a variable or an item may have. */
export const dataLimitBytes = 262_144

/** @throws StateFailure States.DataLimitExceeded when the value as JSON is larger than 256 KiB. */
export function assertWithinDataLimit(value: unknown, who: string): void {
  const text = JSON.stringify(value) ?? ''
  // A UTF-16 unit is at most three bytes: most values need no second look.
  if (text.length * 3 <= dataLimitBytes || Buffer.byteLength(text) <= dataLimitBytes) return
  throw new StateFailure(
    dataLimitExceeded,
    `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  )
}
