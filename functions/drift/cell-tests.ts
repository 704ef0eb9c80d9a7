/** Tests each cell of two count vectors by itself: one level that came or went is lost in a test of all cells together. */
import { fisherExact } from '../statistics/hypergeometric-tail.ts'
import { normalTail } from '../statistics/normal-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import { type PairedCounts, total } from './paired-counts.ts'

/** From this expected count on, the normal approximation is as good as the exact test, and takes no loop. */
const manyExpected = 50

/**
 * The smallest p-value over all cells, times their number (Bonferroni), 0 to 1: exact where few rows are expected (a
 * batch is often far smaller than its baseline, so that Cochran's rule leaves nothing to test). 1 when a side is empty.
 */
export function strongestCell(paired: PairedCounts, effects: DesignEffects = independent): number {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return 1
  let cells = 0
  let smallest = 1
  for (let i = 0; i < paired.baseline.length; i++) {
    const before = paired.baseline[i] as number
    const now = paired.current[i] as number
    if (before + now === 0) continue
    cells++
    smallest = Math.min(smallest, cellPValue(before, now, n, m, effects))
  }
  return Math.min(1, smallest * cells)
}

/** Two-sided p-value of one cell, which holds `before` of n and `now` of m rows. */
export function cellPValue(
  before: number,
  now: number,
  n: number,
  m: number,
  effects: DesignEffects = independent,
): number {
  const pooled = (before + now) / (n + m)
  const fewest = Math.min(pooled, 1 - pooled) * Math.min(n / effects.baseline, m / effects.current)
  if (fewest >= manyExpected) {
    const variance = pooled * (1 - pooled) * (effects.baseline / n + effects.current / m)
    return normalTail((now / m - before / n) / Math.sqrt(variance))
  }
  // Rows of one entity count as one: fewer whole rows of the same shares.
  const [rows, rowsNow] = [Math.round(n / effects.baseline), Math.round(m / effects.current)]
  const marked = Math.min(rows, Math.round(before / effects.baseline))
  const markedNow = Math.min(rowsNow, Math.round(now / effects.current))
  return fisherExact(marked, markedNow, rows, rowsNow)
}
