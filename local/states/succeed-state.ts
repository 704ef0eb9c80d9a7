/** Succeed: ends its flow with its input, or what `Output` makes of it. */
import type { SucceedState } from './definition.ts'
import type { Outcome, Visit } from './visit.ts'

export function runSucceed(state: SucceedState, visit: Visit): Promise<Outcome> {
  return visit.conclude({ Output: state.Output }, visit.bindings(), visit.input, undefined)
}
