/** The fields of a Map that are evaluated before its first iteration: items, concurrency, tolerated failures. */
import type { MapState } from './definition.ts'
import { EvaluationFailure } from './failure.ts'
import { type Bindings, evaluateArray, evaluateInteger, evaluateTemplate } from './template.ts'
import type { Visit } from './visit.ts'

/** The array that `Items` gives, or the input when there is none. */
export async function evaluateItems(state: MapState, visit: Visit): Promise<unknown[]> {
  if (state.Items !== undefined) return evaluateArray(state.Items, visit.bindings(), 'Items')
  if (Array.isArray(visit.input)) return visit.input
  throw new EvaluationFailure(
    `Map state input must be an array but was: ${JSON.stringify(visit.input)}`,
    'Items',
  )
}

export interface MapLimits {
  /** 0: as many as allowed. */
  readonly maxConcurrency: number
  readonly toleratedCount: number | undefined
  /** 0 … 100. */
  readonly toleratedPercentage: number | undefined
}

export async function evaluateLimits(state: MapState, bindings: Bindings): Promise<MapLimits> {
  const optional = (template: number | string | undefined, field: string, max?: number) =>
    template === undefined
      ? Promise.resolve(undefined)
      : evaluateInteger(template, bindings, field, max === undefined ? {} : { max })
  return {
    maxConcurrency: (await optional(state.MaxConcurrency, 'MaxConcurrency')) ?? 0,
    toleratedCount: await optional(state.ToleratedFailureCount, 'ToleratedFailureCount'),
    toleratedPercentage: await optional(state.ToleratedFailurePercentage, 'ToleratedFailurePercentage', 100),
  }
}

/** The input of one iteration: the item, or what `ItemSelector` makes of it. */
export async function selectItem(
  state: MapState,
  visit: Visit,
  item: unknown,
  index: number,
): Promise<unknown> {
  if (state.ItemSelector === undefined) return item
  return evaluateTemplate(state.ItemSelector, visit.bindings({}, mapContext(index, item)), 'ItemSelector')
}

export const mapContext = (index: number, item: unknown) => ({ Map: { Item: { Index: index, Value: item } } })
