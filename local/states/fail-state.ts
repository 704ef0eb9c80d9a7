/** Fail: ends its flow with an error and a cause, either of which may be absent. */
import type { FailState } from './definition.ts'
import { StateFailure } from './failure.ts'
import { evaluateString } from './template.ts'
import type { Outcome, Visit } from './visit.ts'

export async function runFail(state: FailState, visit: Visit): Promise<Outcome> {
  const bindings = visit.bindings()
  const field = (template: string | undefined, name: string) =>
    template === undefined ? undefined : evaluateString(template, bindings, name)
  throw new StateFailure(await field(state.Error, 'Error'), await field(state.Cause, 'Cause'))
}
