/** The predictions of the test side as a profiled column: what the predictions of a later batch are compared with. */
import { exactCells } from '../profile/exact.ts'
import { summariseNumbers } from '../profile/numeric-column.ts'
import type { NumericColumn } from '../profile/profile.ts'
import type { Evaluation } from './evaluation.ts'

/** @param predictions finite; as told to readers. @param entities dense code per row: rows of one entity are alike. */
export function predictionDistribution(
  predictions: Float64Array,
  entities: Int32Array,
): NonNullable<Evaluation['predictions']> {
  const rows = new Map<number, number>()
  for (const entity of entities) rows.set(entity, (rows.get(entity) ?? 0) + 1)
  let squares = 0
  for (const count of rows.values()) squares += count * count
  return {
    // Kish 1965: Σm²/Σm.
    designEffect: Math.max(1, squares / Math.max(1, predictions.length)),
    column: predictionColumn(predictions),
  }
}

/** Every value while they can be listed, quantile cells beyond. */
export function predictionColumn(predictions: Float64Array): NumericColumn {
  const { values, counts } = tally(predictions)
  const cells = exactCells(values, counts, predictions.length)
  return {
    kind: 'numeric',
    type: 'number',
    nulls: 0,
    unreadable: 0,
    violations: [],
    ...summariseNumbers(values, counts, 0),
    ...(cells === undefined ? {} : { cells }),
  }
}

export function tally(numbers: Float64Array): { values: Float64Array; counts: Float64Array } {
  const sorted = Float64Array.from(numbers).sort()
  const values: number[] = []
  const counts: number[] = []
  for (const value of sorted) {
    if (values.length > 0 && values[values.length - 1] === value)
      counts[counts.length - 1] = (counts[counts.length - 1] as number) + 1
    else {
      values.push(value)
      counts.push(1)
    }
  }
  return { values: Float64Array.from(values), counts: Float64Array.from(counts) }
}
