/** Chi-squared test of homogeneity of two count vectors over the same cells. */
import { chiSquaredTail } from '../statistics/chi-squared-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import { type PairedCounts, total } from './paired-counts.ts'

/** Below this expected count a cell breaks the approximation (Cochran 1954) and is pooled with the other such cells. */
const minimumExpected = 5

export interface ChiSquared {
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
}

/**
 * Pearson's statistic over the cells whose expected counts are at least 5 on both sides, the others pooled into one
 * cell that counts if it then reaches 5; equals `scipy.stats.chi2_contingency(correction=False)` of that table.
 * Null when a side is empty or so small that no two cells are left although there are two.
 */
export function chiSquared(
  { baseline, current }: PairedCounts,
  effects: DesignEffects = independent,
): ChiSquared | null {
  const n = total(baseline)
  const m = total(current)
  if (n === 0 || m === 0) return null
  const smaller = Math.min(n, m) / (n + m)
  // Of entities, not of rows: a rare cell that one of many rows fills tells nothing of the others.
  const least = minimumExpected * Math.max(effects.baseline, effects.current)
  const enough = (both: number) => both > 0 && both * smaller >= least
  let filled = 0
  const before: number[] = []
  const now: number[] = []
  const pool = { before: 0, now: 0 }
  for (let i = 0; i < baseline.length; i++) {
    const p = baseline[i] as number
    const q = current[i] as number
    if (p + q > 0) filled++
    if (enough(p + q)) {
      before.push(p)
      now.push(q)
    } else {
      pool.before += p
      pool.now += q
    }
  }
  if (enough(pool.before + pool.now)) {
    before.push(pool.before)
    now.push(pool.now)
  }
  if (filled === 1) return { statistic: 0, degrees: 0, pValue: 1 }
  if (before.length < 2) return null
  return pearson(Float64Array.from(before), Float64Array.from(now), effects)
}

function pearson(before: Float64Array, now: Float64Array, effects: DesignEffects): ChiSquared {
  const n = total(before)
  const m = total(now)
  let statistic = 0
  for (let i = 0; i < before.length; i++) {
    const p = before[i] as number
    const q = now[i] as number
    // Both terms (observed − expected)² / expected of a cell, added up.
    statistic += (p * m - q * n) ** 2 / ((p + q) * n * m)
  }
  // First-order correction for clustered rows (Rao and Scott 1981).
  const shrink = (n + m) / (n * effects.current + m * effects.baseline)
  const degrees = before.length - 1
  return { statistic, degrees, pValue: chiSquaredTail(statistic * shrink, degrees) }
}
