/** Jensen-Shannon divergence of two distributions over the same cells, and its distance with and without sampling bias. */
import { type DesignEffects, independent } from './design-effect.ts'
import { type PairedCounts, total } from './paired-counts.ts'

export interface JensenShannon {
  /** √JSD with the natural logarithm, 0 to √ln 2: `scipy.spatial.distance.jensenshannon`. */
  readonly distance: number
  /**
   * √max(0, JSD − (k − 1)(1/n + 1/m)/8): two samples of one distribution differ by (k − 1)(1/n + 1/m)/8 on average
   * (the divergence is an eighth of chi-squared to second order, Grosse et al. 2002), so k filled cells look like drift.
   */
  readonly corrected: number
}

/** Null when a side is empty. */
export function jensenShannon(
  { baseline, current }: PairedCounts,
  effects: DesignEffects = independent,
): JensenShannon | null {
  const n = total(baseline)
  const m = total(current)
  if (n === 0 || m === 0) return null
  let divergence = 0
  let cells = 0
  for (let i = 0; i < baseline.length; i++) {
    const p = (baseline[i] as number) / n
    const q = (current[i] as number) / m
    if (p === 0 && q === 0) continue
    cells++
    const middle = (p + q) / 2
    if (p > 0) divergence += (p * Math.log(p / middle)) / 2
    if (q > 0) divergence += (q * Math.log(q / middle)) / 2
  }
  const bias = ((cells - 1) * (effects.baseline / n + effects.current / m)) / 8
  return {
    distance: Math.sqrt(Math.max(0, divergence)),
    corrected: Math.sqrt(Math.max(0, divergence - bias)),
  }
}
