/** Pass: hands its input on, or what `Output` makes of it. */
import type { PassState } from './definition.ts'
import type { Outcome, Visit } from './visit.ts'

export function runPass(state: PassState, visit: Visit): Promise<Outcome> {
  return visit.conclude(state, visit.bindings(), visit.input, state.Next)
}
