/** The summary of a numeric column from its distinct values, and the sum of two such summaries. */
import type { Cells, NumericColumn } from './profile.ts'
import { mergeSketches, sketchOf } from './sketch.ts'
import { hashOf, mergeHashes } from './smallest-hashes.ts'

/** Up to this many distinct values every one is counted. */
export const maxLevels = 1_000

export type NumericSummary = Pick<
  NumericColumn,
  'count' | 'min' | 'max' | 'mean' | 'm2' | 'm3' | 'm4' | 'levels' | 'sketch'
> & { origin: number }

/**
 * @param values distinct, ascending, finite. @param counts how often each stands there.
 * @param shift origin of the sketch, the same in all parts of a run.
 */
export function summariseNumbers(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
  shift: number,
): NumericSummary {
  const size = values.length
  if (size === 0)
    return { origin: shift, count: 0, min: null, max: null, mean: null, m2: 0, m3: 0, m4: 0, levels: [] }
  let count = 0
  let sum = 0
  // What each addition rounded off (Neumaier 1974): a large common offset would otherwise eat the last digits.
  let lost = 0
  for (let at = 0; at < size; at++) {
    count += counts[at] as number
    const term = (counts[at] as number) * (values[at] as number)
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  const mean = (sum + lost) / count
  let m2 = 0
  let m3 = 0
  let m4 = 0
  for (let at = 0; at < size; at++) {
    const deviation = (values[at] as number) - mean
    const square = (counts[at] as number) * deviation * deviation
    m2 += square
    m3 += square * deviation
    m4 += square * deviation * deviation
  }
  const moments = {
    origin: shift,
    count,
    min: (values[0] as number) + 0,
    max: (values[size - 1] as number) + 0,
    mean,
    m2,
    m3,
    m4,
  }
  if (size > maxLevels) return { ...moments, sketch: sketchOf(values, counts, shift) }
  return {
    ...moments,
    levels: Array.from({ length: size }, (_, at) => [(values[at] as number) + 0, counts[at] as number]),
  }
}

type Moments = Pick<NumericColumn, 'count' | 'mean' | 'm2' | 'm3' | 'm4'>

/** Mean and sum of squared deviations of two sets together (Chan, Golub, LeVeque 1983, eq. 2.1). */
export function mergeMoments(a: Moments, b: Moments): { mean: number | null; m2: number } {
  if (a.mean === null || a.count === 0) return { mean: b.mean, m2: b.m2 }
  if (b.mean === null || b.count === 0) return { mean: a.mean, m2: a.m2 }
  const count = a.count + b.count
  const delta = b.mean - a.mean
  return {
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta * delta * a.count * b.count) / count,
  }
}

/** The sums of third and fourth powers (Pébay 2008, eq. 2.3 and 2.8 for p = 3, 4); nothing where a side lacks them. */
export function mergeHigherMoments(a: Moments, b: Moments): { m3?: number; m4?: number } {
  if (a.m3 === undefined || b.m3 === undefined || a.m4 === undefined || b.m4 === undefined) return {}
  if (a.mean === null || a.count === 0) return { m3: b.m3, m4: b.m4 }
  if (b.mean === null || b.count === 0) return { m3: a.m3, m4: a.m4 }
  const [n, shareA, shareB] = [
    a.count + b.count,
    a.count / (a.count + b.count),
    b.count / (a.count + b.count),
  ]
  const delta = b.mean - a.mean
  const both = n * shareA * shareB
  return {
    m3: a.m3 + b.m3 + delta ** 3 * both * (shareA - shareB) + 3 * delta * (shareA * b.m2 - shareB * a.m2),
    m4:
      a.m4 +
      b.m4 +
      delta ** 4 * both * (shareA ** 2 - shareA * shareB + shareB ** 2) +
      6 * delta ** 2 * (shareA ** 2 * b.m2 + shareB ** 2 * a.m2) +
      4 * delta * (shareA * b.m3 - shareB * a.m3),
  }
}

/** Beyond 1,000 distinct values together, their sketches are added. */
export function mergeNumbers(
  a: NumericColumn,
  b: NumericColumn,
): NumericSummary & Pick<NumericColumn, 'smallestHashes' | 'cells'> {
  const merged = {
    origin: a.origin ?? 0,
    count: a.count + b.count,
    min: least(a.min, b.min, Math.min),
    max: least(a.max, b.max, Math.max),
    ...mergeMoments(a, b),
    ...mergeHigherMoments(a, b),
    ...(a.cells === undefined || b.cells === undefined ? {} : { cells: mergeCells(a.cells, b.cells) }),
  }
  const levels =
    a.levels === undefined || b.levels === undefined ? undefined : mergeLevels(a.levels, b.levels)
  if (levels !== undefined && levels.length <= maxLevels) return { ...merged, levels }
  return {
    ...merged,
    sketch: mergeSketches(sketchFrom(a), sketchFrom(b)),
    smallestHashes: mergeHashes(hashesFrom(a), hashesFrom(b)),
  }
}

/** Counts of ascending values between ascending edges: cell i holds edges[i-1] < value ≤ edges[i]. */
export function countCells(
  edges: readonly number[],
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
): Cells {
  const cells = new Array<number>(edges.length + 1).fill(0)
  let cell = 0
  for (let at = 0; at < values.length; at++) {
    while (cell < edges.length && (values[at] as number) > (edges[cell] as number)) cell++
    cells[cell] = (cells[cell] ?? 0) + (counts[at] as number)
  }
  return { edges: [...edges], counts: cells }
}

function sketchFrom(column: NumericColumn) {
  if (column.sketch !== undefined) return column.sketch
  const levels = column.levels ?? []
  return sketchOf(
    levels.map(([value]) => value),
    levels.map(([, count]) => count),
    column.origin ?? 0,
  )
}

const hashesFrom = (column: NumericColumn) =>
  column.smallestHashes ?? (column.levels ?? []).map(([value]) => hashOf(value)).sort()

function mergeLevels(a: readonly [number, number][], b: readonly [number, number][]): [number, number][] {
  const counts = new Map(a)
  for (const [value, count] of b) counts.set(value, (counts.get(value) ?? 0) + count)
  return [...counts].sort(([x], [y]) => x - y)
}

function mergeCells(a: Cells, b: Cells): Cells {
  return { edges: a.edges, counts: a.counts.map((count, at) => count + (b.counts[at] ?? 0)) }
}

function least(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null ? b : b === null ? a : pick(a, b)
}
