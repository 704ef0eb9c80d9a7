/** What an execution's history says of its states: which ran, how they ended, how long they took. */
import type { HistoryEvent } from '@aws-sdk/client-sfn'

export interface StateSummary {
  readonly name: string
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly enteredAt: Date
  readonly exitedAt?: Date
  /** Seconds from entry to exit; to the last event for a state that never left. */
  readonly seconds: number
}

/** @param events of one execution in ascending order; a state that is entered twice is listed twice. */
export function statesOf(events: readonly HistoryEvent[]): StateSummary[] {
  const open = new Map<string, Date>()
  const states: StateSummary[] = []
  const last = events.at(-1)
  for (const event of events) {
    const entered = event.stateEnteredEventDetails?.name
    const exited = event.stateExitedEventDetails?.name
    const at = event.timestamp ?? new Date(0)
    if (entered !== undefined) open.set(entered, at)
    if (exited !== undefined) {
      const from = open.get(exited) ?? at
      open.delete(exited)
      states.push({
        name: exited,
        status: 'SUCCEEDED',
        enteredAt: from,
        exitedAt: at,
        seconds: between(from, at),
      })
    }
  }
  const ended = last !== undefined && /^Execution(Failed|TimedOut|Aborted)$/.test(last.type ?? '')
  for (const [name, from] of open) {
    const seconds = between(from, last?.timestamp ?? from)
    states.push({ name, status: ended ? 'FAILED' : 'RUNNING', enteredAt: from, seconds })
  }
  return states
}

const between = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000
