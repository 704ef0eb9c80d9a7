/** What is read off all distinct values of a column while they are at hand: exact at any size. */
import { maxLevels } from './numeric-column.ts'
import type { Cells, NumericColumn } from './profile.ts'
import { weightedHistogram, weightedQuantiles } from './quantiles.ts'

const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
const shownValues = 10

/** @param values distinct, ascending. @param counts how often each stands there. */
export function exactOf(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
): NonNullable<NumericColumn['exact']> {
  const found = weightedQuantiles(values, counts, shares)
  const size = values.length
  const [min = null, max = null] = size === 0 ? [] : [values[0], values[size - 1]]
  return {
    distinct: size,
    quantiles: Object.fromEntries(
      shares.flatMap((share, at) => (found[at] == null ? [] : [[String(share), found[at]]])),
    ),
    histogram: weightedHistogram(values, counts, { min, max }),
    topValues: mostFrequent(values, counts),
  }
}

/** The most frequent first, the smaller of two that are equally so. */
function mostFrequent(values: ArrayLike<number>, counts: ArrayLike<number>): [number, number][] {
  const top: [number, number][] = []
  // Whoever is not more frequent does not belong to them.
  let least = 0
  for (let at = 0; at < values.length; at++) {
    const count = counts[at] as number
    if (count <= least) continue
    // Values ascend: among equal counts the one that is there already stays before.
    const place = top.findIndex(([, other]) => other < count)
    top.splice(place < 0 ? top.length : place, 0, [values[at] as number, count])
    if (top.length > shownValues) top.pop()
    if (top.length === shownValues) least = top.at(-1)?.[1] ?? 0
  }
  return top
}

/** Quantile cells of exact values; undefined while the values can be listed. */
export function exactCells(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
  total: number,
): Cells | undefined {
  if (values.length <= maxLevels) return undefined
  const edges: number[] = []
  const cells: number[] = []
  let open = 0
  for (let at = 0; at < values.length; at++) {
    open += counts[at] as number
    if (at < values.length - 1 && open * maxCells >= total && edges.length < maxCells - 1) {
      edges.push(values[at] as number)
      cells.push(open)
      open = 0
    }
  }
  return { edges, counts: [...cells, open] }
}

/** At most this many cells, so that a step between two edges is at most about 1/1,024 of the rows. */
export const maxCells = 1_023
