/**
 * The fence beyond which a value of a column is an outlier, read off its distinct values or its sketch.
 *
 * A robust z score (Iglewicz & Hoaglin 1993), made so that a heavy tail does not flood a report:
 * 1. Where more than half of the values are the same one (a column that is mostly zero), the others are judged alone.
 * 2. Each side of the median has a deviation of its own: its quartile's distance / 0.6745, which in a symmetric column
 *    is 1.4826 MAD.
 * 3. A side whose q95 lies further out than a normal one's (more than 2.44 times the quartile) is measured as
 *    log(1 + distance / c), with the c that makes it look normal: for a log-normal column that is its logarithm.
 * 4. The fence stands √(2 ln(n / 0.005)) deviations out, at least 5: at most about 0.005 of n honest values are
 *    expected beyond it.
 *
 * Quantiles are those of the mid-distribution (Parzen 2004), which is continuous for whole numbers too. Planted values
 * of up to some 3 % on a side move none of them by much.
 */

/** Ascending [value, count]. */
export type Weighted = readonly (readonly [number, number])[]

export interface Fence {
  /** Values below `low` and above `high` are outliers. */
  readonly low: number
  readonly high: number
  readonly median: number
  readonly below: Side
  readonly above: Side
}

/** How the values on one side of the median spread. */
interface Side {
  /** Distance of the quartile from the median. */
  readonly quartile: number
  /** c, in quartiles; undefined where the tail is as light as a normal one. */
  readonly bend: number | undefined
}

/** Fewer values than this have no tail that could be judged. */
const leastValues = 30
const normalQuartile = 0.6745
/** Of a normal distribution: distance of q95 over that of q75. */
const normalTail = 1.6449 / normalQuartile
const leastDeviations = 5
/** Honest values that are expected beyond the fence, per side. */
const expectedBeyond = 0.005

/** @returns null where there are too few values to judge, or they do not spread. */
export function fenceOf(values: Weighted): Fence | null {
  const judged = withoutMode(values)
  const total = judged.reduce((sum, [, count]) => sum + count, 0)
  if (total < leastValues || judged.length < 3) return null
  const at = midQuantiles(judged, total)
  const median = at(0.5)
  const [below, above] = [median - at(0.25), at(0.75) - median]
  const least = Math.max(below, above) / 2
  if (!(least > 0) || !Number.isFinite(least)) return null
  const sideOf = (quartile: number, end: number): Side => {
    const wide = Math.max(quartile, least)
    return { quartile: wide, bend: end / wide > normalTail ? bendOf(end / wide) : undefined }
  }
  const reached = Math.max(leastDeviations, Math.sqrt(2 * Math.log(total / expectedBeyond)))
  const sides = { below: sideOf(below, median - at(0.05)), above: sideOf(above, at(0.95) - median) }
  return {
    low: median - reach(sides.below, reached),
    high: median + reach(sides.above, reached),
    median,
    ...sides,
  }
}

/** The robust z score of a value: deviations from the median, negative below it. */
export function robustScore({ median, below, above }: Fence, value: number): number {
  const { quartile, bend } = value < median ? below : above
  const distance = Math.abs(value - median) / quartile
  const straight = bend === undefined ? distance : Math.log1p(distance / bend) / Math.log1p(1 / bend)
  return Math.sign(value - median) * normalQuartile * straight
}

/** How many values lie beyond the fence. */
export const countBeyond = (values: Weighted, { low, high }: Pick<Fence, 'low' | 'high'>): number =>
  values.reduce((sum, [value, count]) => (value < low || value > high ? sum + count : sum), 0)

/** The distance at which a value has so many deviations. */
function reach({ quartile, bend }: Side, deviations: number): number {
  const quartiles = deviations / normalQuartile
  return quartile * (bend === undefined ? quartiles : bend * Math.expm1(quartiles * Math.log1p(1 / bend)))
}

/** The c for which log(1 + tail/c) / log(1 + 1/c) is that of a normal distribution; the ratio grows with c. */
function bendOf(tail: number): number {
  let [low, high] = [-20, 20]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    const c = Math.exp(middle)
    if (Math.log1p(tail / c) / Math.log1p(1 / c) < normalTail) low = middle
    else high = middle
  }
  return Math.exp(low)
}

/** A value that more than half of the rows hold says nothing about how the others spread. */
function withoutMode(values: Weighted): Weighted {
  const total = values.reduce((sum, [, count]) => sum + count, 0)
  const mode = values.find(([, count]) => count > total / 2)
  return mode === undefined ? values : values.filter((entry) => entry !== mode)
}

/** Quantiles by linear interpolation between the middles of the steps of the distribution. */
function midQuantiles(values: Weighted, total: number): (share: number) => number {
  const middles = new Float64Array(values.length)
  let before = 0
  for (const [at, [, count]] of values.entries()) {
    middles[at] = (before + count / 2) / total
    before += count
  }
  return (share) => {
    const next = middles.findIndex((middle) => middle >= share)
    const [first] = values[0] ?? [0]
    const [last] = values.at(-1) ?? [0]
    if (next === 0) return first
    if (next < 0) return last
    const [low] = values[next - 1] ?? [first]
    const [high] = values[next] ?? [last]
    const [from, to] = [middles[next - 1] as number, middles[next] as number]
    return low + ((high - low) * (share - from)) / (to - from)
  }
}
