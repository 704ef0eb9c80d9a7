/** Challenger against champion on the same test rows, by a paired bootstrap over entities. */
import { bootstrap } from './bootstrap.ts'
import type { Evaluation } from './evaluation.ts'
import { once, rank } from './ranking.ts'

export interface Comparison {
  readonly task: Evaluation['task']
  readonly challengerEngine: string
  /** Absent when there is no champion. */
  readonly championEngine?: string | undefined
  readonly labels: Float64Array
  readonly entities: Int32Array
  readonly entityCount: number
  readonly challenger: Float64Array
  /** Absent when a part could not score with the champion. */
  readonly champion?: Float64Array | undefined
  readonly seed: number
  readonly resamples?: number
}

/** Null when there is no champion; `compared: false` with the reason when there is one, but no fair comparison. */
export function compareWithChampion(comparison: Comparison): Evaluation['champion'] {
  const { championEngine, challengerEngine, champion, labels, task } = comparison
  if (championEngine === undefined && champion === undefined) return null
  if (championEngine !== undefined && championEngine !== challengerEngine)
    return unfair(
      `not compared with the champion: it was trained by ${championEngine}, this by ${challengerEngine}`,
    )
  if (champion === undefined) return unfair('not compared with the champion: it has no scores for these rows')
  const metric = task === 'regression' ? 'rmse' : 'rocAuc'
  const mine = statistic(comparison, comparison.challenger)
  const theirs = statistic(comparison, champion)
  const all = once(comparison.entityCount)
  const [a, b] = [mine(all), theirs(all)]
  if (a === null || b === null)
    return unfair(`not compared with the champion: ${metric} cannot be computed on ${labels.length} rows`)
  const { entityCount: entities, seed, resamples = 500 } = comparison
  const { difference: interval } = bootstrap({ entities, seed, resamples }, (weights) => ({
    difference: minus(mine(weights), theirs(weights)),
  }))
  const difference = a - b
  const range = interval === undefined ? '' : ` (95 % ${signed(interval.low)} to ${signed(interval.high)})`
  return {
    compared: true,
    reason: `${metric} ${a.toFixed(4)} against the champion's ${b.toFixed(4)}: ${signed(difference)}${range}`,
    metric,
    champion: b,
    challenger: a,
    difference,
    ...(interval === undefined ? {} : { interval }),
  }
}

const unfair = (reason: string) => ({ compared: false, reason })
const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b)
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

function statistic(
  { task, labels, entities }: Comparison,
  scores: Float64Array,
): (weights: Int32Array) => number | null {
  if (task !== 'regression') {
    const ranking = rank({ scores, labels, entities })
    return (weights) => ranking(weights).rocAuc
  }
  return weightedError(scores, labels, entities)
}

/** Root mean squared error of a weighting of the entities. */
export function weightedError(scores: Float64Array, labels: Float64Array, entities: Int32Array) {
  const squares = Float64Array.from(scores, (score, row) => (score - (labels[row] as number)) ** 2)
  return (weights: Int32Array): number | null => {
    let sum = 0
    let rows = 0
    for (let row = 0; row < squares.length; row++) {
      const weight = weights[entities[row] as number] as number
      sum += weight * (squares[row] as number)
      rows += weight
    }
    return rows === 0 ? null : Math.sqrt(sum / rows)
  }
}
