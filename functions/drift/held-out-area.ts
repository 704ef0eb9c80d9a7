/** Area under the ROC curve over held-out rows, its distance from chance and its interval. */
import type { DesignEffects } from './design-effect.ts'

const level = 0.95

export interface HeldOutArea {
  /** 0.5 is chance. */
  readonly area: number
  /** Deviations from chance, when both sides are one population (Mann and Whitney 1947, with ties). */
  readonly z: number
  /** 95 % interval by DeLong's variance (DeLong, DeLong and Clarke-Pearson 1988), 0 to 1. */
  readonly interval: { readonly low: number; readonly high: number; readonly level: number }
}

/** @param before scores of the baseline's rows, none of which the classifier has learnt from. @param now of the batch's. */
export function heldOutArea(
  before: readonly number[],
  now: readonly number[],
  effects: DesignEffects,
): HeldOutArea {
  const [n, m] = [before.length, now.length]
  if (n === 0 || m === 0) return { area: 0.5, z: 0, interval: { low: 0, high: 1, level } }
  const [first, second] = [Float64Array.from(before).sort(), Float64Array.from(now).sort()]
  // Placement of a row: the share of the other side that it is on the right side of, ties half.
  const placeNow = second.map((score) => rankIn(first, score) / n)
  const placeBefore = first.map((score) => 1 - rankIn(second, score) / m)
  const area = placeNow.reduce((sum, place) => sum + place, 0) / m
  const all = n + m
  const clustered = (n * effects.current + m * effects.baseline) / all
  const chance = ((all + 1 - tied([...before, ...now]) / (all * (all - 1))) / (12 * n * m)) * clustered
  const variance =
    (sampleVariance(placeBefore) / n) * effects.baseline + (sampleVariance(placeNow) / m) * effects.current
  const reach = 1.959964 * Math.sqrt(variance)
  return {
    area,
    z: chance > 0 ? (area - 0.5) / Math.sqrt(chance) : 0,
    interval: { low: Math.max(0, area - reach), high: Math.min(1, area + reach), level },
  }
}

/** Σ(t³ − t) over groups of t equal scores. */
function tied(scores: readonly number[]): number {
  const sorted = Float64Array.from(scores).sort()
  let sum = 0
  for (let at = 0; at < sorted.length; ) {
    let end = at + 1
    while (end < sorted.length && sorted[end] === sorted[at]) end++
    sum += (end - at) * ((end - at) ** 2 - 1)
    at = end
  }
  return sum
}

/** Values below `score`, and half of those equal to it. */
function rankIn(sorted: Float64Array, score: number): number {
  const bound = (isBelow: (value: number) => boolean) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBelow(sorted[middle] as number)) low = middle + 1
      else high = middle
    }
    return low
  }
  return (bound((value) => value < score) + bound((value) => value <= score)) / 2
}

function sampleVariance(values: Float64Array): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
