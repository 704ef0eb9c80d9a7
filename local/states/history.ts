/** The history of an execution: numbered events named as GetExecutionHistory names them, at most 25,000. */
import { StateFailure } from './failure.ts'

/** An event as the API answers it; `timestamp` is ISO 8601. */
export interface HistoryEvent {
  readonly id: number
  readonly previousEventId: number
  readonly timestamp: string
  readonly type: string
  readonly [details: string]: unknown
}

/** An event before it has its number. */
export interface NewEvent {
  readonly type: string
  readonly details?: Record<string, unknown>
  /** The event before it, where that is not the one committed just before. */
  readonly previous?: number
}

export const historyLimit = 25_000
export const historyLimitCause = `The execution reached the maximum number of history events (${historyLimit}).`

/** The name of the field that holds an event's details: `TaskStateEntered` → `stateEnteredEventDetails`. */
export function detailsField(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails'
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails'
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`
}

/** Gives out event numbers. The last number is kept for the event that ends the execution. */
export class History {
  #last: number

  constructor(last = 0) {
    this.#last = last
  }

  get last(): number {
    return this.#last
  }

  /** @throws StateFailure States.Runtime when only the number of the ending event is left. */
  number(event: NewEvent, previousEventId: number, at: Date, ending = false): HistoryEvent {
    if (this.#last + 1 >= historyLimit && !ending) throw new StateFailure('States.Runtime', historyLimitCause)
    this.#last += 1
    return {
      id: this.#last,
      previousEventId,
      timestamp: at.toISOString(),
      type: event.type,
      ...(event.details === undefined ? {} : { [detailsField(event.type)]: event.details }),
    }
  }
}
