/** Bootstrap over entities, not rows: an entity's rows depend on each other, and by row the interval would lie. */
import { seededRandom } from '../statistics/seeded-random.ts'
import type { Interval } from './evaluation.ts'

export interface Resampling {
  /** Number of entities; weights have as many entries. */
  readonly entities: number
  readonly seed: number
  readonly resamples?: number
  /** Coverage of the interval, 0 to 1. */
  readonly level?: number
}

/**
 * Percentile intervals (Efron and Tibshirani 1993, chapter 13) of each named statistic. Entities are drawn with
 * replacement; `statistics` gets how often each was drawn, and all names see the same draws, so that a difference of
 * two models is paired. A name whose statistic is null in more than half of the resamples has no interval.
 */
export function bootstrap(
  { entities, seed, resamples = 500, level = 0.95 }: Resampling,
  statistics: (weights: Int32Array) => Readonly<Record<string, number | null>>,
): Record<string, Interval> {
  if (entities === 0) return {}
  const random = seededRandom(seed)
  const weights = new Int32Array(entities)
  const values = new Map<string, number[]>()
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0)
    for (let draw = 0; draw < entities; draw++) {
      const entity = Math.floor(random() * entities)
      weights[entity] = (weights[entity] as number) + 1
    }
    for (const [name, value] of Object.entries(statistics(weights))) {
      if (value === null || Number.isNaN(value)) continue
      const list = values.get(name)
      if (list === undefined) values.set(name, [value])
      else list.push(value)
    }
  }
  const enough = [...values].filter(([, list]) => list.length * 2 > resamples)
  return Object.fromEntries(
    enough.map(([name, list]) => {
      const sorted = Float64Array.from(list).sort()
      const tail = (1 - level) / 2
      return [name, { low: at(sorted, tail), high: at(sorted, 1 - tail), level, resamples, entities }]
    }),
  )
}

/** Linear interpolation between order statistics, `numpy.quantile`. */
function at(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (place - below)
}
