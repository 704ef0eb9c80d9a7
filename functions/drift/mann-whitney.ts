/** Mann-Whitney test over counts on one ascending support: whether values of one side tend to be larger. */
import { normalTail } from '../statistics/normal-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import { type PairedCounts, total } from './paired-counts.ts'

export interface MannWhitney {
  /** P(current > baseline) + P(equal)/2, 0 to 1: the area under the ROC curve that tells the sides apart. */
  readonly area: number
  readonly pValue: number
}

/**
 * U / (nm) with its two-sided p-value by the normal approximation with ties and no continuity correction (Mann and
 * Whitney 1947; Lehmann 2006, section 1.4): `scipy.stats.mannwhitneyu(current, baseline, method="asymptotic",
 * use_continuity=False)`. Null when a side is empty.
 */
export function mannWhitney(paired: PairedCounts, effects: DesignEffects = independent): MannWhitney | null {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return null
  const all = n + m
  let below = 0
  let area = 0
  let ties = 0
  for (let i = 0; i < paired.baseline.length; i++) {
    const before = (paired.baseline[i] as number) / n
    const now = (paired.current[i] as number) / m
    area += now * (below + before / 2)
    below += before
    const tied = (paired.baseline[i] as number) + (paired.current[i] as number)
    ties += tied * (tied * tied - 1)
  }
  const spread = (all + 1 - ties / (all * Math.max(1, all - 1))) / (12 * n * m)
  // First-order correction for clustered rows, as for chi-squared (Rao and Scott 1981).
  const clustered = (n * effects.current + m * effects.baseline) / all
  const pValue = spread > 0 ? normalTail((area - 0.5) / Math.sqrt(spread * clustered)) : 1
  return { area, pValue }
}
