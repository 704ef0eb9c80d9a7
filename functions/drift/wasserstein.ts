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
  return withinReach(paired, (low, high) => [low, high])
}

/** Shares of the batch that are no outliers any more when they lie beyond the baseline's tails. */
const body = { low: 0.01, high: 0.99 }

/**
 * The same, except that what more than 1 % of the batch holds beyond the baseline's tails counts as far as it lies, up
 * to one width of the baseline: where half of a baseline equals its largest value, winsorising would hide every move up.
 */
export function normedMove(paired: PairedValues): number | null {
  const swapped = { ...paired, baseline: paired.current }
  const rows = total(paired.current)
  return withinReach(paired, (low, high) => [
    Math.max(low - (high - low), Math.min(low, quantile(swapped, rows, body.low))),
    Math.min(high + (high - low), Math.max(high, quantile(swapped, rows, body.high))),
  ])
}

/** @param reachOf where values of both sides are cut for the distance; the deviation is of the winsorised baseline. */
function withinReach(
  paired: PairedValues,
  reachOf: (low: number, high: number) => readonly [number, number],
): number | null {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return null
  const low = quantile(paired, n, tails.low)
  const high = quantile(paired, n, tails.high)
  if (!(high > low) || !Number.isFinite(low) || !Number.isFinite(high)) return null
  const [least, most] = reachOf(low, high)
  const scale = high - low
  // Values are brought to [0, 1] first: the mean of 1.6e9 epoch seconds would cost the deviation its digits.
  const unit = (value: number) => (Math.min(high, Math.max(low, value)) - low) / scale
  const place = (value: number) => (Math.min(most, Math.max(least, value)) - low) / scale
  let mean = 0
  let square = 0
  let distance = 0
  let gap = 0
  let previous = (least - low) / scale
  let seen = 0
  for (let i = 0; i < paired.values.length; i++) {
    const at = unit(paired.values[i] as number)
    const count = paired.baseline[i] as number
    const reached = place(paired.values[i] as number)
    distance += Math.abs(gap) * (reached - previous)
    gap += count / n - (paired.current[i] as number) / m
    previous = reached
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
