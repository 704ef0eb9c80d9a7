/** Transitions that lead nowhere: to a state that does not exist, or out of the flow that they stand in. */
import type { Flow } from './definition.ts'

export const leavesScope = 'a transition cannot leave the Map or Parallel that it stands in'

/** One sentence per fault, each ending in ` at <JSON pointer>`. */
export function danglingTransitions(flow: Flow, path = '', outer: ReadonlySet<string> = new Set()): string[] {
  const problems: string[] = []
  const exists = (name: string | undefined, at: string) => {
    if (name === undefined || Object.hasOwn(flow.States, name)) return
    problems.push(
      outer.has(name)
        ? `MISSING_TRANSITION_TARGET: Missing 'Next' target: ${name} ("${name}" stands outside: ${leavesScope}) at ${at}`
        : `MISSING_TRANSITION_TARGET: Missing 'Next' target: ${name} at ${at}`,
    )
  }
  const names = new Set([...outer, ...Object.keys(flow.States)])
  exists(flow.StartAt, `${path}/StartAt`)
  for (const [name, state] of Object.entries(flow.States)) {
    const at = `${path}/States/${name}`
    if (state.Type === 'Choice') {
      exists(state.Default, `${at}/Default`)
      state.Choices.forEach((rule, index) => {
        exists(rule.Next, `${at}/Choices/${index}/Next`)
      })
    } else if (state.Type !== 'Succeed' && state.Type !== 'Fail') {
      exists(state.Next, `${at}/Next`)
      if (state.Next === undefined && state.End !== true) {
        problems.push(`MISSING_TRANSITION_TARGET: neither Next nor End at ${at}`)
      }
    }
    if ('Catch' in state && Array.isArray(state.Catch)) {
      state.Catch.forEach((rule, index) => {
        exists(rule.Next, `${at}/Catch/${index}/Next`)
      })
    }
    if (state.Type === 'Parallel') {
      for (const [index, branch] of state.Branches.entries()) {
        problems.push(...danglingTransitions(branch, `${at}/Branches/${index}`, names))
      }
    }
    if (state.Type === 'Map') {
      problems.push(...danglingTransitions(state.ItemProcessor, `${at}/ItemProcessor`, names))
    }
  }
  return problems
}
