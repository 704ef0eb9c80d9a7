/** Outliers of a numeric column: values beyond its fence, and a value at an end that stands there again and again. */
import { countBeyond, type Fence, fenceOf, type Weighted } from './fence.ts'
import type { NumericColumn } from './profile.ts'
import { weightedValues } from './quantiles.ts'

export interface Outliers {
  readonly low: number
  readonly high: number
  /** Values beyond the fence; repeated ones included. */
  readonly count: number
  /** Values that stand apart at an end and are repeated: 999 for "unknown". */
  readonly repeated: readonly { readonly value: number; readonly count: number }[]
}

/** From how often on a value that stands apart is called repeated. */
const leastRepetition = 5
/** What more than this share of the values hold is a part of the column, not a fault in it. */
const largestShare = 0.1

/** @returns null where there is nothing to judge by. */
export function outliersOf(column: NumericColumn): Outliers | null {
  const values = weightedValues(column)
  const found = outliersAmong(values)
  if (found === null || column.levels !== undefined) return found
  // In a sketch the middle of a bin stands for its values; at an end the value itself is known.
  const repeated = found.repeated.map(({ value, count }) => ({
    value: (value === values[0]?.[0] ? column.min : column.max) ?? value,
    count,
  }))
  return { ...found, repeated }
}

/** The same over ascending [value, count]. */
export function outliersAmong(values: Weighted): Outliers | null {
  const total = values.reduce((sum, [, count]) => sum + count, 0)
  // A value that is often at an end would move the fence that it is judged by: it is left out while that is found.
  const mayRepeat = (entry: Weighted[number] | undefined) =>
    entry !== undefined && entry[1] >= leastRepetition && entry[1] <= largestShare * total
  const ends = [values[0], values.at(-1)].filter((entry) => mayRepeat(entry))
  const alone = ends.map((entry) => fenceOf(values.filter((other) => other !== entry)))
  const repeated = ends.filter((entry, at) => {
    const fence = alone[at]
    return entry !== undefined && fence != null && isFarBeyond(entry[0], fence)
  })
  const rest = repeated.length === 0 ? values : values.filter((entry) => !repeated.includes(entry))
  const fence = fenceOf(rest)
  if (fence === null) return null
  const { low, high } = fence
  return {
    low,
    high,
    count: countBeyond(values, fence),
    repeated: repeated.flatMap((entry) =>
      entry === undefined ? [] : [{ value: entry[0], count: entry[1] }],
    ),
  }
}

const isFarBeyond = (value: number, { low, high }: Fence) => value < low || value > high
