/** Parallel: runs every branch on the same input; the outputs in the branches' order are its result. */
import { runAll, tellOpenState } from './child-flows.ts'
import type { ParallelState } from './definition.ts'
import { assertWithinDataLimit, Interrupted } from './failure.ts'
import { Scope } from './scope.ts'
import { evaluateTemplate } from './template.ts'
import type { Outcome, Visit } from './visit.ts'

export async function runParallel(state: ParallelState, visit: Visit, attempt: number): Promise<Outcome> {
  const input = await visit.once(
    `branches:${attempt}`,
    async () => ({
      value:
        state.Arguments === undefined
          ? visit.input
          : await evaluateTemplate(state.Arguments, visit.bindings(), 'Arguments'),
    }),
    [{ type: 'ParallelStateStarted' }],
  )
  const started = visit.scope.previousEventId
  const outer = visit.scope.visibleVariables()
  const outputs = await runAll(
    state.Branches.length,
    state.Branches.length,
    visit.scope.signal,
    async (index, signal) => {
      const flow = state.Branches[index]
      if (flow === undefined) throw new RangeError(`no branch ${index}`)
      const child = `${attempt}.${index}`
      const branch = new Scope({
        run: visit.run,
        flow,
        path: `${visit.at}/${child}/`,
        signal,
        recovered: visit.recoveredChild(child),
        mapContext: visit.scope.mapContext,
        outer,
        previousEventId: started,
      })
      try {
        return await branch.execute(input.value)
      } catch (error) {
        if (!visit.scope.signal.aborted) {
          // The state fails from where its first branch failed, and the others are given up from there.
          if (!(error instanceof Interrupted)) visit.scope.previousEventId = branch.previousEventId
          tellOpenState(visit, child, branch)
        }
        throw error
      }
    },
  )
  assertWithinDataLimit(outputs, visit.name)
  visit.scope.previousEventId = visit.run.history.last
  const outcome = await visit.conclude(state, visit.bindings({ result: outputs }), outputs, state.Next)
  return { ...outcome, events: [{ type: 'ParallelStateSucceeded' }] }
}
