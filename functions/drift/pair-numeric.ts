/** Brings two profiles of one numeric column onto one ascending support: exact values, or the baseline's quantile cells. */
import type { Cells, NumericColumn, Sketch } from '../profile/profile.ts'
import { sketchBins } from '../profile/sketch.ts'
import type { PairedValues } from './paired-counts.ts'

type Levels = readonly (readonly [value: number, count: number])[]

/** Null when the two were profiled in ways that share no support. */
export function pairNumeric(baseline: NumericColumn, current: NumericColumn): PairedValues | null {
  const before = levelsOf(baseline)
  const now = levelsOf(current)
  if (before !== undefined && now !== undefined) return pairLevels(before, now)
  const edges = baseline.cells?.edges ?? current.cells?.edges
  if (edges === undefined) return pairSketches(baseline, current)
  const counts = countsIn(edges, baseline)
  const countsNow = countsIn(edges, current)
  if (counts === null || countsNow === null) return null
  return {
    values: representatives(edges, baseline, current),
    baseline: counts,
    current: countsNow,
    ...lowestOf(baseline, current),
  }
}

/** A column without any value has an empty list of levels, whatever else it was profiled with. */
const levelsOf = (column: NumericColumn): Levels | undefined => (column.count === 0 ? [] : column.levels)

function pairLevels(before: Levels, now: Levels): PairedValues {
  const support = [...new Set([...before, ...now].map(([value]) => value))].sort((a, b) => a - b)
  const place = new Map(support.map((value, at) => [value, at]))
  return {
    values: Float64Array.from(support),
    baseline: spread(before, support.length, (value) => place.get(value) ?? 0),
    current: spread(now, support.length, (value) => place.get(value) ?? 0),
  }
}

function spread(levels: Levels, cells: number, cellOf: (value: number) => number): Float64Array {
  const counts = new Float64Array(cells)
  for (const [value, count] of levels) {
    const cell = cellOf(value)
    counts[cell] = (counts[cell] as number) + count
  }
  return counts
}

function countsIn(edges: readonly number[], column: NumericColumn): Float64Array | null {
  if (column.cells !== undefined && sameEdges(column.cells, edges))
    return Float64Array.from(column.cells.counts)
  const levels = levelsOf(column) ?? (column.sketch === undefined ? undefined : sketchLevels(column.sketch))
  return levels === undefined ? null : spread(levels, edges.length + 1, (value) => cellOf(edges, value))
}

const sameEdges = (cells: Cells, edges: readonly number[]) =>
  cells.edges.length === edges.length && cells.edges.every((edge, at) => edge === edges[at])

/** The first cell whose upper edge is not below the value. */
export function cellOf(edges: ArrayLike<number>, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((edges[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function lowestOf(baseline: NumericColumn, current: NumericColumn): { lowest?: number } {
  const least = [baseline.min, current.min].filter((value) => value !== null)
  return least.length === 0 ? {} : { lowest: Math.min(...least) }
}

/**
 * The upper edge stands for its cell: exact where a tie made the edge, and elsewhere every value moves by less than
 * one cell (0.1 % of the baseline), the same on both sides.
 */
function representatives(
  edges: readonly number[],
  baseline: NumericColumn,
  current: NumericColumn,
): Float64Array {
  const last = edges[edges.length - 1] ?? Number.NEGATIVE_INFINITY
  const beyond = Math.max(last, baseline.max ?? last, current.max ?? last)
  return Float64Array.from([...edges, beyond])
}

const sketchLevels = (sketch: Sketch): Levels => sketchBins(sketch).map(({ value, count }) => [value, count])

/** Two sketches round differently, so that both are counted in hundredths of the baseline: coarse, but comparable. */
function pairSketches(baseline: NumericColumn, current: NumericColumn): PairedValues | null {
  const before = levelsOf(baseline) ?? (baseline.sketch && sketchLevels(baseline.sketch))
  if (before === undefined) return null
  const edges = hundredths(before)
  const counts = countsIn(edges, baseline)
  const countsNow = countsIn(edges, current)
  if (counts === null || countsNow === null) return null
  return { values: representatives(edges, baseline, current), baseline: counts, current: countsNow }
}

/** At most 99 ascending edges that cut the baseline into hundredths. */
function hundredths(levels: Levels): number[] {
  const rows = levels.reduce((sum, [, count]) => sum + count, 0)
  const edges: number[] = []
  let below = 0
  let next = 1
  for (const [value, count] of levels) {
    below += count
    if (below < (rows * next) / 100) continue
    edges.push(value)
    while (below >= (rows * next) / 100 && next <= 100) next++
  }
  return edges
}
