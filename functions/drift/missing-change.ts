/** How the share of missing values changed, and whether by more than chance. */
import { chiSquaredTail } from '../statistics/chi-squared-tail.ts'

export interface Presence {
  readonly rows: number
  readonly missing: number
}

/** Change in share (−1 to 1) and the p-value of the two-proportion chi-squared test; null when a side has no rows. */
export function missingChange(
  baseline: Presence,
  current: Presence,
): { change: number; pValue: number } | null {
  if (baseline.rows === 0 || current.rows === 0) return null
  const change = current.missing / current.rows - baseline.missing / baseline.rows
  const pooled = (baseline.missing + current.missing) / (baseline.rows + current.rows)
  const variance = pooled * (1 - pooled) * (1 / baseline.rows + 1 / current.rows)
  return { change, pValue: variance > 0 ? chiSquaredTail((change * change) / variance, 1) : 1 }
}
