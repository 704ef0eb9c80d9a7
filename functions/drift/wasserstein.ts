/** Wasserstein-1 distance of winsorised values in units of the baseline's deviation: how far a numeric column moved. */
import { type PairedValues, total } from './paired-counts.ts'

/** Shares of the baseline beyond which a value counts as the quantile itself, so that one outlier moves nothing. */
export const tails = { low: 0.001, high: 0.999 }

/**
 * ∫|F − G| over winsorised values, divided by the winsorised baseline's population deviation (0 and up); equals
 * `scipy.stats.wasserstein_distance` of the clipped samples over `numpy.std`. Null when a side is empty or the
 * winsorised baseline is constant. Infinite values are winsorised like all others.
 */
export function normedWasserstein(paired: PairedValues): number | null {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return null
  const low = quantile(paired, n, tails.low)
  const high = quantile(paired, n, tails.high)
  if (!(high > low) || !Number.isFinite(low) || !Number.isFinite(high)) return null
  const scale = high - low
  // Values are brought to [0, 1] first: the mean of 1.6e9 epoch seconds would cost the deviation its digits.
  const unit = (value: number) => (Math.min(high, Math.max(low, value)) - low) / scale
  let mean = 0
  let square = 0
  let distance = 0
  let gap = 0
  let previous = 0
  let seen = 0
  for (let i = 0; i < paired.values.length; i++) {
    const at = unit(paired.values[i] as number)
    const count = paired.baseline[i] as number
    distance += Math.abs(gap) * (at - previous)
    gap += count / n - (paired.current[i] as number) / m
    previous = at
    if (count > 0) {
      seen += count
      const step = at - mean
      mean += (step * count) / seen
      square += step * (at - mean) * count
    }
  }
  const deviation = Math.sqrt(square / n)
  return deviation > 0 ? distance / deviation : null
}

/** The smallest value with at least `share` of the baseline at or below it (`numpy.quantile`, `inverted_cdf`). */
export function quantile(paired: PairedValues, rows: number, share: number): number {
  let below = 0
  let last = Number.NaN
  for (let i = 0; i < paired.values.length; i++) {
    const count = paired.baseline[i] as number
    if (count === 0) continue
    below += count
    last = paired.values[i] as number
    if (below >= rows * share) return last
  }
  return last
}
