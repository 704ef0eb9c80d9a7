/** Performance by the time of the event, beside the hash split: a model that ages shows it here first. */
import { bootstrap } from './bootstrap.ts'
import { weightedError } from './compare-champion.ts'
import type { TimeWindow } from './evaluation.ts'
import { minimumEntities } from './group-metrics.ts'
import { brierScore } from './probability-metrics.ts'
import { once, rank } from './ranking.ts'
import { regressionMetrics } from './regression-metrics.ts'

/** At most so many windows: the calendar unit is the finest that gives no more. */
const mostWindows = 24
const resamples = 200

export interface TimedRows {
  /** Seconds since 1970, NaN where unknown. */
  readonly times: Float64Array
  readonly labels: Float64Array
  /** What ranks the rows. */
  readonly scores: Float64Array
  /** What is told to readers. */
  readonly predictions: Float64Array
  readonly entities: Int32Array
}

type Unit = (time: Date, step: number) => number

/** The start of the calendar unit that holds `time`, `step` units on; milliseconds, UTC. */
const units: readonly Unit[] = [
  (time, step) => Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate() + step),
  // ISO weeks begin on Monday.
  (time, step) =>
    Date.UTC(
      time.getUTCFullYear(),
      time.getUTCMonth(),
      time.getUTCDate() - ((time.getUTCDay() + 6) % 7) + 7 * step,
    ),
  (time, step) => Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + step),
  (time, step) => Date.UTC(time.getUTCFullYear(), 3 * (Math.floor(time.getUTCMonth() / 3) + step)),
  (time, step) => Date.UTC(time.getUTCFullYear() + step, 0),
  (time, step) => Date.UTC(10 * (Math.floor(time.getUTCFullYear() / 10) + step), 0),
]

/**
 * One entry per calendar unit with rows, oldest first; rows without a time are in none.
 * @param isRegression RMSE and MAE; otherwise ROC AUC, average precision and Brier score, with the prevalence.
 */
export function timeWindows(rows: TimedRows, isRegression: boolean, seed: number): TimeWindow[] {
  const known = Array.from(rows.times.keys()).filter((row) => Number.isFinite(rows.times[row]))
  if (known.length === 0) return []
  let members = new Map<number, number[]>()
  let chosen: Unit | undefined
  for (const unit of units) {
    chosen = unit
    members = new Map()
    for (const row of known) {
      const start = unit(new Date((rows.times[row] as number) * 1_000), 0)
      const list = members.get(start)
      if (list === undefined) members.set(start, [row])
      else list.push(row)
    }
    if (members.size <= mostWindows) break
  }
  return [...members]
    .sort(([a], [b]) => a - b)
    .map(([start, window]) => {
      const end = chosen?.(new Date(start), 1) ?? start
      const place = { from: new Date(start).toISOString(), to: new Date(end).toISOString() }
      return { ...place, ...measure(rows, window, isRegression, seed) }
    })
}

function measure(
  rows: TimedRows,
  window: readonly number[],
  isRegression: boolean,
  seed: number,
): Omit<TimeWindow, 'from' | 'to'> {
  const pick = (values: Float64Array) => Float64Array.from(window, (row) => values[row] as number)
  const places = new Map<number, number>()
  const entities = Int32Array.from(window, (row) => {
    const entity = rows.entities[row] as number
    const place = places.get(entity) ?? places.size
    places.set(entity, place)
    return place
  })
  const counted = { rows: window.length, entities: places.size }
  if (places.size < minimumEntities)
    return {
      ...counted,
      metrics: null,
      intervals: {},
      reason: `${places.size} entities, and fewer than ${minimumEntities} are not measured`,
    }
  const [labels, predictions] = [pick(rows.labels), pick(rows.predictions)]
  const resampling = { entities: places.size, seed, resamples }
  if (isRegression) {
    const error = weightedError(predictions, labels, entities)
    return {
      ...counted,
      metrics: { ...regressionMetrics(predictions, labels) },
      intervals: bootstrap(resampling, (weights) => ({ rmse: error(weights) })),
    }
  }
  const ranking = rank({ scores: pick(rows.scores), labels, entities })
  return {
    ...counted,
    metrics: {
      ...ranking(once(places.size)),
      brier: brierScore(predictions, labels),
      prevalence: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    },
    intervals: bootstrap(resampling, (weights) => ({ ...ranking(weights) })),
  }
}
