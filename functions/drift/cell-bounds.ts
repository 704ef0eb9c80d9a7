/** How far a statistic that was computed from cells may be from that of the values themselves. */
import { type PairedValues, total } from './paired-counts.ts'
import { normedWasserstein, quantile, tails } from './wasserstein.ts'

export interface CellBounds {
  /** The true KS statistic lies between the stated one and this much more. */
  readonly ks: number
  /** The true normed Wasserstein distance lies within this of the stated one; null where it has none. */
  readonly wasserstein: number | null
}

/**
 * KS: inside cell i, F rises by p and G by q, so that F − G is at most min(D_i + q, D_(i−1) + p), D being the gaps at
 * the edges. Wasserstein: a value stands at the upper end of its cell, so that |F − G| is off by at most max(p, q) over
 * the cell's width, the deviation by at most the root mean square of the widths (Minkowski), and what is winsorised by
 * the width of the cell that holds the quantile.
 * @param lowest least value of either side: the first cell begins there.
 */
export function cellBounds(paired: PairedValues, lowest: number): CellBounds {
  const n = total(paired.baseline)
  const m = total(paired.current)
  if (n === 0 || m === 0) return { ks: 0, wasserstein: null }
  let gap = 0
  let stated = 0
  let most = 0
  for (let i = 0; i < paired.values.length; i++) {
    const p = (paired.baseline[i] as number) / n
    const q = (paired.current[i] as number) / m
    const next = gap + p - q
    stated = Math.max(stated, Math.abs(next))
    most = Math.max(most, Math.min(next + q, gap + p), Math.min(p - next, q - gap))
    gap = next
  }
  return { ks: Math.max(0, Math.min(1, most) - stated), wasserstein: wassersteinBound(paired, n, m, lowest) }
}

function wassersteinBound(paired: PairedValues, n: number, m: number, lowest: number): number | null {
  const stated = normedWasserstein(paired)
  if (stated === null) return null
  const low = quantile(paired, n, tails.low)
  const high = quantile(paired, n, tails.high)
  let distance = 0
  let squares = 0
  let previous = lowest
  const outside = { low: [0, 0], high: [0, 0] }
  const ends = { low: 0, high: 0 }
  let mean = 0
  let square = 0
  for (let i = 0; i < paired.values.length; i++) {
    const value = paired.values[i] as number
    const p = (paired.baseline[i] as number) / n
    const q = (paired.current[i] as number) / m
    const width = value - previous
    const clipped = Math.min(high, Math.max(low, value))
    mean += p * clipped
    square += p * clipped * clipped
    if (value < low) add(outside.low, p, q)
    else if (value > high) add(outside.high, p, q)
    else {
      distance += width * Math.max(p, q)
      squares += p * width * width
      if (value === low) ends.low = width
      if (value === high) ends.high = width
    }
    previous = value
  }
  const beyond = (side: readonly number[], width: number) => {
    distance += width * Math.max(...side)
    squares += (side[0] as number) * width * width
  }
  beyond(outside.low, ends.low)
  beyond(outside.high, ends.high)
  const deviation = Math.sqrt(Math.max(0, square - mean * mean))
  const blur = Math.sqrt(squares)
  // A cell as wide as the deviation itself: nothing can be promised but what is known of any distance.
  if (blur >= deviation) return Number.MAX_VALUE
  return (distance + stated * blur) / (deviation - blur)
}

function add(side: number[], p: number, q: number): void {
  side[0] = (side[0] as number) + p
  side[1] = (side[1] as number) + q
}
