/** Quantiles, histogram, deviation and distinct count, read off the profile of a column. */
import type { NumericColumn, ProfileColumn } from './profile.ts'
import { sketchBins } from './sketch.ts'
import { distinctFrom } from './smallest-hashes.ts'

/** Ascending [value, count] that stand for all values: exact where they are listed, bins of 1 % width beyond. */
export function weightedValues(column: NumericColumn): readonly (readonly [number, number])[] {
  if (column.levels !== undefined) return column.levels
  if (column.sketch === undefined) return []
  const clamp = (value: number) => Math.min(Math.max(value, column.min ?? value), column.max ?? value)
  return sketchBins(column.sketch).map(({ value, count }) => [clamp(value), count] as const)
}

/**
 * Quantiles by linear interpolation between order statistics (Hyndman & Fan 1996, type 7; NumPy's default).
 *
 * @param shares each 0 to 1. @returns one value per share; null when the column has no value.
 */
export function quantiles(column: NumericColumn, shares: readonly number[]): (number | null)[] {
  return quantilesOf(weightedValues(column), shares)
}

function quantilesOf(
  values: readonly (readonly [number, number])[],
  shares: readonly number[],
): (number | null)[] {
  return weightedQuantiles(
    values.map(([value]) => value),
    values.map(([, count]) => count),
    shares,
  )
}

/** The same over ascending values and how often each stands there. */
export function weightedQuantiles(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
  shares: readonly number[],
): (number | null)[] {
  const ends = new Float64Array(values.length)
  let total = 0
  for (let at = 0; at < ends.length; at++) {
    total += counts[at] as number
    ends[at] = total
  }
  if (total === 0) return shares.map(() => null)
  const at = (rank: number) => {
    let low = 0
    let high = ends.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] as number) > rank) high = middle
      else low = middle + 1
    }
    return values[low] as number
  }
  return shares.map((share) => {
    const position = (total - 1) * share
    const rank = Math.floor(position)
    const below = at(rank)
    const above = at(Math.min(rank + 1, total - 1))
    return below + (above - below) * (position - rank)
  })
}

export interface HistogramBar {
  readonly from: number
  /** Exclusive, save for the last bar. */
  readonly to: number
  readonly count: number
}

/** Bars of equal width from minimum to maximum; one bar when all values are equal, none when there is none. */
export function histogram(column: NumericColumn, bars = 20): HistogramBar[] {
  return histogramOf(weightedValues(column), column.min, column.max, bars)
}

/** The same over ascending [value, count] between `min` and `max`. */
export function histogramOf(
  values: readonly (readonly [number, number])[],
  min: number | null,
  max: number | null,
  bars = 20,
): HistogramBar[] {
  const numbers = values.map(([value]) => value)
  const weights = values.map(([, count]) => count)
  return weightedHistogram(numbers, weights, { min, max, bars })
}

/** The same over ascending values between `min` and `max`, and how often each stands there. */
export function weightedHistogram(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  { min, max, bars = 20 }: { min: number | null; max: number | null; bars?: number },
): HistogramBar[] {
  if (min === null || max === null) return []
  const edges = Array.from({ length: bars + 1 }, (_, at) =>
    at === bars ? max : min + ((max - min) * at) / bars,
  )
  const counts = new Array<number>(bars).fill(0)
  let bar = 0
  for (let at = 0; at < values.length; at++) {
    while (bar < bars - 1 && (values[at] as number) >= (edges[bar + 1] as number)) bar++
    counts[bar] = (counts[bar] as number) + (weights[at] as number)
  }
  if (min === max) return [{ from: min, to: max, count: counts.reduce((sum, count) => sum + count, 0) }]
  return counts.map((count, at) => ({ from: edges[at] as number, to: edges[at + 1] as number, count }))
}

/** Sample deviation (n - 1); null below two values. */
export function deviation({ count, m2 }: NumericColumn): number | null {
  return count < 2 ? null : Math.sqrt(m2 / (count - 1))
}

/** Skewness, corrected for the sample (G1; Joanes & Gill 1998; what pandas calls `skew`); null where it is not defined. */
export function skewness({ count: n, m2, m3 }: NumericColumn): number | null {
  if (m3 === undefined || n < 3 || !(m2 > 0)) return null
  return finite((Math.sqrt(n * (n - 1)) / (n - 2)) * (m3 / n / (m2 / n) ** 1.5))
}

/** Excess kurtosis, corrected for the sample (G2; 0 for a normal distribution); null where it is not defined. */
export function kurtosis({ count: n, m2, m4 }: NumericColumn): number | null {
  if (m4 === undefined || n < 4 || !(m2 > 0)) return null
  const g2 = m4 / n / (m2 / n) ** 2 - 3
  return finite(((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * g2 + 6))
}

const finite = (value: number) => (Number.isFinite(value) ? value : null)

/** Distinct values; estimated (3 %) beyond what is listed, and never more than there are values. */
export function distinct(column: ProfileColumn): number {
  if (column.exact !== undefined) return column.exact.distinct
  if (column.smallestHashes !== undefined) return Math.min(column.count, distinctFrom(column.smallestHashes))
  return column.kind === 'opaque' ? 0 : (column.levels?.length ?? 0)
}
