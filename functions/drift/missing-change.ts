/** How the share of missing values changed, and whether by more than chance. */
import { chiSquaredTail } from '../statistics/chi-squared-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'

export interface Presence {
  readonly rows: number
  readonly missing: number
}

/** Change in share (−1 to 1) and the p-value of the two-proportion chi-squared test; null when a side has no rows. */
export function missingChange(
  baseline: Presence,
  current: Presence,
  effects: DesignEffects = independent,
): { change: number; pValue: number } | null {
  if (baseline.rows === 0 || current.rows === 0) return null
  const change = current.missing / current.rows - baseline.missing / baseline.rows
  const pooled = (baseline.missing + current.missing) / (baseline.rows + current.rows)
  const variance = pooled * (1 - pooled) * (effects.baseline / baseline.rows + effects.current / current.rows)
  return { change, pValue: variance > 0 ? chiSquaredTail((change * change) / variance, 1) : 1 }
}
