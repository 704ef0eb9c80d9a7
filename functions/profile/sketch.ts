/**
 * DDSketch of distances from an origin: quantiles within 1 % of that distance, merged without loss.
 *
 * Masson, Rim, Lee: DDSketch, PVLDB 12(12), 2019. γ = (1+α)/(1-α); a magnitude x is in bin ⌈log_γ x⌉, and is read back
 * as 2γ^i/(γ+1). Bins are counts, so that merging in any order gives the same sketch.
 */
import type { Sketch } from './profile.ts'

export const relativeError = 0.01
const gamma = (1 + relativeError) / (1 - relativeError)
const logGamma = Math.log(gamma)

/** @param counts how often each of `values` stands there; both have the same length. */
export function sketchOf(values: ArrayLike<number>, counts: ArrayLike<number>, shift: number): Sketch {
  const positive = new Map<number, number>()
  const negative = new Map<number, number>()
  let zeros = 0
  for (let at = 0; at < values.length; at++) {
    const distance = (values[at] as number) - shift
    const count = counts[at] as number
    if (distance === 0) {
      zeros += count
      continue
    }
    const bins = distance > 0 ? positive : negative
    const bin = Math.ceil(Math.log(Math.abs(distance)) / logGamma)
    bins.set(bin, (bins.get(bin) ?? 0) + count)
  }
  return { shift, relativeError, zeros, positive: ascending(positive), negative: ascending(negative) }
}

/** @throws TypeError when the two have different origins: their bins do not mean the same. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  if (a.shift !== b.shift) throw new TypeError('sketches with different origins cannot be merged')
  return {
    ...a,
    zeros: a.zeros + b.zeros,
    positive: mergeBins(a.positive, b.positive),
    negative: mergeBins(a.negative, b.negative),
  }
}

export interface SketchBin {
  readonly from: number
  readonly to: number
  /** The value that stands for all in the bin. */
  readonly value: number
  readonly count: number
}

/** The bins from the smallest value to the largest. */
export function sketchBins({ shift, zeros, positive, negative }: Sketch): SketchBin[] {
  const below = negative.toReversed().map(([bin, count]) => ({
    from: shift - gamma ** bin,
    to: shift - gamma ** (bin - 1),
    value: shift - middle(bin),
    count,
  }))
  const above = positive.map(([bin, count]) => ({
    from: shift + gamma ** (bin - 1),
    to: shift + gamma ** bin,
    value: shift + middle(bin),
    count,
  }))
  const at = zeros === 0 ? [] : [{ from: shift, to: shift, value: shift, count: zeros }]
  return [...below, ...at, ...above]
}

const middle = (bin: number) => (2 * gamma ** bin) / (gamma + 1)

const ascending = (bins: Map<number, number>) => [...bins].sort(([a], [b]) => a - b)

function mergeBins(a: readonly [number, number][], b: readonly [number, number][]): [number, number][] {
  const bins = new Map(a)
  for (const [bin, count] of b) bins.set(bin, (bins.get(bin) ?? 0) + count)
  return ascending(bins)
}
