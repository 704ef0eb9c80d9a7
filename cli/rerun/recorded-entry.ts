/** What a state of an earlier execution was entered with: its input, and the variables that had been assigned by then. */
import type { HistoryEvent } from '@aws-sdk/client-sfn'

export interface RecordedEntry {
  readonly input: unknown
  readonly variables: Readonly<Record<string, unknown>>
  readonly enteredAt: Date
}

/**
 * The last entry of a state.
 * @param states names of the flow's own states: what an inner flow assigns is its own affair
 * @returns `undefined` when the state was never entered
 */
export function recordedEntry(
  events: readonly HistoryEvent[],
  states: ReadonlySet<string>,
  state: string,
): RecordedEntry | undefined {
  const variables: Record<string, unknown> = {}
  let found: RecordedEntry | undefined
  for (const { timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } of events) {
    if (entered?.name === state) {
      const input: unknown = JSON.parse(entered.input ?? '{}')
      found = { input, variables: { ...variables }, enteredAt: timestamp ?? new Date(0) }
    }
    if (exited?.name === undefined || !states.has(exited.name)) continue
    for (const [name, text] of Object.entries(exited.assignedVariables ?? {}))
      variables[name] = JSON.parse(text)
  }
  return found
}

/** Names of the states that were entered, each once, in the order of their first entry. */
export function enteredStates(events: readonly HistoryEvent[], states: ReadonlySet<string>): string[] {
  const names = events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? [])
  return [...new Set(names)].filter((name) => states.has(name))
}
