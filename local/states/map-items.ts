/** The fields of a Map that are evaluated before its first iteration: items, concurrency, tolerated failures. */
import type { MapState } from './definition.ts'
import { EvaluationFailure, noField } from './failure.ts'
import {
  type Bindings,
  evaluateArray,
  evaluateInteger,
  evaluatePercentage,
  evaluateTemplate,
} from './template.ts'
import type { Visit } from './visit.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** How AWS hands an object's members to iterations. */
export const members = (object: Record<string, unknown>): unknown[] =>
  Object.entries(object).map(([Key, Value]) => ({ Key, Value }))

const isDistributed = (state: MapState) => state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED'

/**
 * The array that `Items` gives, or the input when there is none. A distributed Map takes an object too: one item per
 * member, `{Key, Value}`.
 */
export async function evaluateItems(state: MapState, visit: Visit): Promise<unknown[]> {
  const distributed = isDistributed(state)
  if (state.Items !== undefined) {
    if (!distributed) return evaluateArray(state.Items, visit.bindings(), 'Items')
    const value = await evaluateTemplate(state.Items, visit.bindings(), 'Items')
    if (!isObject(value)) return evaluateArray(state.Items, visit.bindings(), 'Items')
    return members(value)
  }
  if (Array.isArray(visit.input)) return visit.input
  if (distributed && isObject(visit.input)) return members(visit.input)
  throw new EvaluationFailure(
    `Map state input must be an array but was: ${JSON.stringify(visit.input)}`,
    noField,
  )
}

export interface Tolerance {
  readonly toleratedCount: number | undefined
  /** 0 … 100. */
  readonly toleratedPercentage: number | undefined
}

export interface MapLimits extends Tolerance {
  /** 0: as many as allowed. */
  readonly maxConcurrency: number
}

/** Evaluated before the items are: 0 when there is none. */
export async function evaluateConcurrency(state: MapState, bindings: Bindings): Promise<number> {
  return state.MaxConcurrency === undefined
    ? 0
    : evaluateInteger(state.MaxConcurrency, bindings, 'MaxConcurrency')
}

/** Evaluated after the state has started, so that a failure stands behind MapStateStarted. */
export async function evaluateTolerance(state: MapState, bindings: Bindings): Promise<Tolerance> {
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = state
  return {
    toleratedCount:
      count === undefined ? undefined : await evaluateInteger(count, bindings, 'ToleratedFailureCount'),
    toleratedPercentage:
      percentage === undefined
        ? undefined
        : await evaluatePercentage(percentage, bindings, 'ToleratedFailurePercentage'),
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
