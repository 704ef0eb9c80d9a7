/** A Map whose iterations are part of this execution and its history. */
import { runAll, tellOpenState } from './child-flows.ts'
import type { MapState } from './definition.ts'
import { assertWithinDataLimit, Interrupted } from './failure.ts'
import { evaluateConcurrency, evaluateItems, evaluateTolerance, mapContext, selectItem } from './map-items.ts'
import { Scope } from './scope.ts'
import type { Outcome, Visit } from './visit.ts'

/** What AWS runs at once when MaxConcurrency is 0 or more than this. */
const inlineConcurrency = 40

interface Begun {
  readonly items: unknown[]
  readonly maxConcurrency: number
}

export async function runInlineMap(state: MapState, visit: Visit, attempt: number): Promise<Outcome> {
  const { items, maxConcurrency } = await begin(state, visit, attempt)
  const started = visit.scope.previousEventId
  const outer = visit.scope.visibleVariables()
  // An iteration follows the last state of the one that made room for it.
  const lanes: number[] = []
  const outputs = await runAll(
    items.length,
    maxConcurrency === 0 ? inlineConcurrency : Math.min(maxConcurrency, inlineConcurrency),
    visit.scope.signal,
    async (index, signal, lane) => {
      const follows = lanes[lane] ?? started
      const { output, last } = await iterate({ state, visit, attempt, items, index, signal, outer, follows })
      lanes[lane] = last
      return output
    },
  )
  visit.scope.previousEventId = visit.run.history.last
  assertWithinDataLimit(outputs, visit.name)
  const outcome = await visit.conclude(state, visit.bindings({ result: outputs }), outputs, state.Next)
  return { ...outcome, events: [{ type: 'MapStateSucceeded' }] }
}

async function begin(state: MapState, visit: Visit, attempt: number): Promise<Begun> {
  const name = `items:${attempt}`
  const known = visit.recall(name)
  if (isBegun(known)) return known
  const maxConcurrency = await evaluateConcurrency(state, visit.bindings())
  const items = await evaluateItems(state, visit)
  const begun = { items, maxConcurrency }
  await visit.note(name, begun, [{ type: 'MapStateStarted', details: { length: items.length } }])
  // An inline Map tolerates nothing, but a limit that cannot be evaluated fails it all the same.
  await evaluateTolerance(state, visit.bindings())
  return begun
}

function isBegun(value: unknown): value is Begun {
  return typeof value === 'object' && value !== null && 'items' in value
}

async function iterate(iteration: {
  state: MapState
  visit: Visit
  attempt: number
  items: unknown[]
  index: number
  signal: AbortSignal
  outer: Readonly<Record<string, unknown>>
  /** The event that its first one follows. */
  follows: number
}): Promise<{ output: unknown; last: number }> {
  const { state, visit, attempt, items, index, signal } = iteration
  const child = `${attempt}.${index}`
  const tell = (type: string, previous: number) =>
    visit.run.commit(
      { kind: 'note', at: visit.at, name: `${type}:${child}`, value: true },
      [{ type, details: { name: visit.name, index } }],
      previous,
      true,
    ).events[0]?.id ?? previous
  const happened = (type: string) => visit.recall(`${type}:${child}`) !== undefined
  let last = happened('MapIterationStarted')
    ? visit.run.history.last
    : tell('MapIterationStarted', iteration.follows)
  let scope: Scope | undefined
  try {
    const item = items[index]
    const input = await visit.once(`input:${child}`, async () => ({
      value: await selectItem(state, visit, item, index),
    }))
    scope = new Scope({
      run: visit.run,
      flow: state.ItemProcessor,
      path: `${visit.at}/${child}/`,
      signal,
      recovered: visit.recoveredChild(child),
      mapContext: mapContext(index, item),
      outer: iteration.outer,
      previousEventId: last,
    })
    const output = await scope.execute(input.value)
    last = scope.previousEventId
    if (!happened('MapIterationSucceeded')) tell('MapIterationSucceeded', last)
    return { output, last }
  } catch (error) {
    const ours = error instanceof Interrupted && visit.scope.signal.aborted
    if (!ours) {
      // The state fails from where its first iteration failed, and the others are given up from there.
      if (!(error instanceof Interrupted)) visit.scope.previousEventId = scope?.previousEventId ?? last
      const type = error instanceof Interrupted ? 'MapIterationAborted' : 'MapIterationFailed'
      if (!happened(type)) tell(type, visit.scope.previousEventId)
      tellOpenState(visit, child, scope)
    }
    throw error
  }
}
