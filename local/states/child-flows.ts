/** Runs the branches or iterations of a state side by side; the first failure ends the others. */
import { Interrupted } from './failure.ts'
import type { Scope } from './scope.ts'
import type { Visit } from './visit.ts'

/**
 * Runs `work` for 0 … count-1 in at most `limit` lanes at once, and answers with the outputs in order.
 * On a failure the others are interrupted and awaited, and the first failure is thrown.
 */
export async function runAll(
  count: number,
  limit: number,
  outer: AbortSignal,
  work: (index: number, signal: AbortSignal, lane: number) => Promise<unknown>,
): Promise<unknown[]> {
  const outputs: unknown[] = new Array(count)
  const others = new AbortController()
  const signal = AbortSignal.any([outer, others.signal])
  let next = 0
  let failed: { error: unknown } | undefined
  const lane = async (_: unknown, number: number) => {
    while (next < count && failed === undefined) {
      const index = next++
      try {
        signal.throwIfAborted()
        outputs[index] = await work(index, signal, number)
      } catch (error) {
        failed ??= { error }
        others.abort(new Interrupted('ended'))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, lane))
  if (failed !== undefined) throw outer.aborted ? outer.reason : failed.error
  return outputs
}

/** Tells of the state that a broken-off branch or iteration left open: AWS lets it follow what broke all of them. */
export function tellOpenState(visit: Visit, child: string, scope: Scope | undefined): void {
  const name = `StateAborted:${child}`
  if (scope?.openState === undefined || visit.recall(name) !== undefined) return
  visit.run.commit(
    { kind: 'note', at: visit.at, name, value: true },
    [{ type: `${scope.openState}StateAborted` }],
    visit.scope.previousEventId,
    true,
  )
}
