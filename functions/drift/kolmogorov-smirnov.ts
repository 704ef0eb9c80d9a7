/** Two-sample Kolmogorov-Smirnov test over counts on one ascending support. */
import { kolmogorovSmirnovPValue } from '../statistics/kolmogorov-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import { type PairedCounts, total } from './paired-counts.ts'

/**
 * The largest distance between the two cumulative distributions (0 to 1), the same as `scipy.stats.ks_2samp`, and its
 * p-value. Null when a side is empty.
 */
export function kolmogorovSmirnov(
  paired: PairedCounts,
  effects: DesignEffects = independent,
): { statistic: number; pValue: number } | null {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return null
  let below = 0
  let belowNow = 0
  let statistic = 0
  for (let i = 0; i < paired.baseline.length; i++) {
    below += paired.baseline[i] as number
    belowNow += paired.current[i] as number
    const gap = Math.abs(below / n - belowNow / m)
    if (gap > statistic) statistic = gap
  }
  return { statistic, pValue: kolmogorovSmirnovPValue(statistic, n / effects.baseline, m / effects.current) }
}
