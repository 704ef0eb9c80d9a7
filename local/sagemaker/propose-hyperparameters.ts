/**
 * The hyperparameters of a tuning job's next training: drawn at random (Bergstra and Bengio 2012), or where the expected
 * improvement on the best so far is greatest (Jones, Schonlau and Welch 1998).
 */
import { createHash } from 'node:crypto'
import { normalBelow } from '../../functions/statistics/normal-tail.ts'
import { seededRandom } from '../../functions/statistics/seeded-random.ts'
import { gaussianProcess } from './gaussian-process.ts'
import { type Dimension, searchSpace } from './search-space.ts'
import type { TuningRequest } from './tuning-job.ts'

export interface Tried {
  readonly hyperparameters: Readonly<Record<string, string>>
  /** Absent while it runs, and where it failed. */
  readonly objective?: number | undefined
}

/** Before so many results per dimension nothing is believed yet. */
const firstPerDimension = 1
const leastFirst = 3
const drawn = 512
const near = 128

/** @param tried every training of the job so far, in the order in which they were begun */
export function proposeHyperparameters(
  request: TuningRequest,
  tried: readonly Tried[],
): Record<string, string> {
  const space = searchSpace(request)
  const config = request.HyperParameterTuningJobConfig
  const seed = `${config.RandomSeed ?? request.HyperParameterTuningJobName}\u0000${tried.length}`
  const random = seededRandom(createHash('sha256').update(seed).digest().readInt32BE(0))
  const draw = () => Float64Array.from(space, random)
  const sign = config.HyperParameterTuningJobObjective.Type === 'Maximize' ? 1 : -1
  const known = tried.flatMap(({ objective }) => (objective === undefined ? [] : [sign * objective]))
  const isEarly = known.length < Math.max(leastFirst, firstPerDimension * space.length)
  if (config.Strategy === 'Random' || isEarly) return valuesAt(space, draw())
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const points = tried.map(({ hyperparameters }) => placed(space, hyperparameters))
  // What still runs counts as if it gave the mean, so that two trainings side by side do not look at the same place.
  const values = tried.map(({ objective }) => (objective === undefined ? mean : sign * objective))
  const believe = gaussianProcess(points.map(spread(space)), values)
  const best = Math.max(...known)
  const [first = draw()] = points
  const incumbent = points[values.indexOf(best)] ?? first
  const candidates = [
    ...Array.from({ length: drawn }, draw),
    ...Array.from({ length: near }, () =>
      incumbent.map((at) => Math.min(1, Math.max(0, at + 0.1 * (random() + random() - 1)))),
    ),
  ]
  const taken = new Set(points.map((point) => JSON.stringify(valuesAt(space, point))))
  let chosen: { point: Float64Array; gain: number } | undefined
  for (const point of candidates) {
    if (taken.has(JSON.stringify(valuesAt(space, point)))) continue
    const { mean: expected, deviation } = believe(spread(space)(point))
    const gain = expectedImprovement(expected - best, deviation)
    if (chosen === undefined || gain > chosen.gain) chosen = { point, gain }
  }
  return valuesAt(space, chosen?.point ?? draw())
}

function expectedImprovement(lead: number, deviation: number): number {
  if (deviation < 1e-12) return Math.max(0, lead)
  const z = lead / deviation
  return lead * normalBelow(z) + (deviation * Math.exp(-(z ** 2) / 2)) / Math.sqrt(2 * Math.PI)
}

const valuesAt = (space: readonly Dimension[], point: Float64Array): Record<string, string> =>
  Object.fromEntries(
    space.map(({ name, valueAt }, at) => [name, valueAt(Math.min(point[at] ?? 0, 1 - 1e-12))]),
  )

const placed = (space: readonly Dimension[], values: Readonly<Record<string, string>>) =>
  Float64Array.from(space, ({ name, placeOf }) => placeOf(values[name] ?? ''))

/** A category is a corner of its own, as far from every other one. */
const spread = (space: readonly Dimension[]) => (point: Float64Array) =>
  Float64Array.from(
    space.flatMap(({ isCategory, values }, at) => {
      const place = point[at] as number
      if (!isCategory) return [place]
      const chosen = Math.min(values - 1, Math.floor(place * values))
      return Array.from({ length: values }, (_, each) => (each === chosen ? Math.SQRT1_2 : 0))
    }),
  )
