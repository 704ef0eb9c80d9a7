/** Choice: the first rule whose condition is true, with the rule's own `Assign` and `Output`; else the default. */
import type { ChoiceState } from './definition.ts'
import { StateFailure } from './failure.ts'
import { evaluateBoolean } from './template.ts'
import type { Outcome, Visit } from './visit.ts'

export async function runChoice(state: ChoiceState, visit: Visit): Promise<Outcome> {
  const bindings = visit.bindings()
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices[${index}]/`
    if (await evaluateBoolean(rule.Condition, bindings, `${field}Condition`)) {
      return visit.conclude(rule, bindings, visit.input, rule.Next, field)
    }
  }
  if (state.Default === undefined) {
    throw new StateFailure(
      'States.Runtime',
      visit.explain('Failed to transition out of the state. The state does not point to a next state.'),
    )
  }
  return visit.conclude(state, bindings, visit.input, state.Default)
}
