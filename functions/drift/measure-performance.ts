/** Concept drift: performance on the labels that have arrived, held against the test side of training. */
import { createHash } from 'node:crypto'
import { bootstrap } from '../evaluation/bootstrap.ts'
import { weightedError } from '../evaluation/compare-champion.ts'
import { confusionAt, thresholdMetrics } from '../evaluation/confusion.ts'
import type { Evaluation, Interval } from '../evaluation/evaluation.ts'
import { groupMetrics } from '../evaluation/group-metrics.ts'
import { brierScore, calibrationBins, expectedCalibrationError } from '../evaluation/probability-metrics.ts'
import { once, rank } from '../evaluation/ranking.ts'
import { regressionMetrics } from '../evaluation/regression-metrics.ts'
import { normalBelow } from '../statistics/normal-tail.ts'
import type { JoinedLabels } from './label-join.ts'
import type { Performance } from './performance.ts'

/** With fewer labels, or fewer of a class, no loss can be told from chance. */
const minimumLabels = 100
const minimumOfClass = 10
/** A loss must be at least so large a part of the reference, and as unlikely by chance, to be called one. */
const leastLoss = 0.02
const leastChance = 0.01
const day = 24 * 3_600_000

export interface PerformanceRequest {
  readonly joined: JoinedLabels
  readonly evaluation: Evaluation
  readonly runId: string
  readonly modelVersion: string
  readonly predictedAt: string
  readonly seed: number
  /** @default 300 */
  readonly resamples?: number
}

export function measurePerformance(request: PerformanceRequest): Performance {
  const { joined, evaluation, runId, modelVersion, predictedAt } = request
  const { rows, predictions } = joined
  const coverage = predictions === 0 ? 0 : rows.length / predictions
  const isRegression = evaluation.task === 'regression'
  const positives = rows.filter(({ label }) => label > 0.5).length
  const shortage = isRegression
    ? rows.length < minimumLabels
    : rows.length < minimumLabels || Math.min(positives, rows.length - positives) < minimumOfClass
  const measured = rows.length === 0 ? none : measure(request, isRegression)
  const comparison = shortage ? null : compare(measured, evaluation, isRegression)
  return {
    format: 'regimen-performance/1',
    status: shortage ? 'insufficient-data' : coverage < 1 ? 'partial' : 'complete',
    runId,
    modelVersion,
    predictedAt,
    predictions,
    labelled: rows.length,
    coverage,
    unknownLabels: joined.unknown,
    correctedLabels: joined.corrected,
    repeatedExamples: joined.repeated,
    delayDays:
      joined.lastDelivery === null
        ? null
        : Math.max(0, (Date.parse(joined.lastDelivery) - Date.parse(predictedAt)) / day),
    examplesDigest: digest(rows.map(({ exampleKey }) => exampleKey)),
    ...measured,
    comparison,
    reason: `${explain(rows.length, positives, coverage, isRegression, shortage, comparison)}${strangers(joined.unknown)}`,
  }
}

type Measured = Pick<Performance, 'metrics' | 'intervals' | 'groups'>
const none: Measured = { metrics: {}, intervals: {}, groups: [] }

function measure(
  { joined, evaluation, seed, resamples = 300 }: PerformanceRequest,
  isRegression: boolean,
): Measured {
  const { rows } = joined
  const labels = Float64Array.from(rows, ({ label }) => label)
  const predictions = Float64Array.from(rows, ({ prediction }) => prediction)
  const { codes: entities, levels } = coded(rows.map(({ entityId }) => entityId))
  const resampling = { entities: levels.length, seed, resamples }
  const threshold = isRegression ? null : (evaluation.threshold?.value ?? 0.5)
  const columns = Object.keys(rows[0]?.groups ?? {})
  const groups = columns.flatMap((column) => {
    const group = coded(rows.map((row) => row.groups[column] ?? null))
    return groupMetrics(column, { labels, scores: predictions, predictions, entities, ...group }, threshold)
  })
  if (threshold === null) {
    const error = weightedError(predictions, labels, entities)
    return {
      metrics: { ...regressionMetrics(predictions, labels) },
      intervals: bootstrap(resampling, (weights) => ({ rmse: error(weights) })),
      groups,
    }
  }
  const ranking = rank({ scores: predictions, labels, entities })
  return {
    metrics: {
      ...ranking(once(levels.length)),
      brier: brierScore(predictions, labels),
      expectedCalibrationError: expectedCalibrationError(calibrationBins(predictions, labels)),
      prevalence: labels.reduce((sum, label) => sum + label, 0) / labels.length,
      ...thresholdMetrics(confusionAt(predictions, labels, threshold)),
    },
    intervals: bootstrap(resampling, (weights) => ({ ...ranking(weights) })),
    groups,
  }
}

function compare(
  measured: Measured,
  evaluation: Evaluation,
  isRegression: boolean,
): Performance['comparison'] {
  const metric = isRegression ? 'rmse' : 'rocAuc'
  const value = measured.metrics[metric] ?? null
  const reference = evaluation.metrics[metric] ?? null
  const [now, before] = [measured.intervals[metric], evaluation.intervals[metric]]
  if (value === null || reference === null || now === undefined || before === undefined) return null
  const loss = isRegression ? value - reference : reference - value
  const deviation = Math.hypot(deviationOf(now), deviationOf(before))
  const pValue = deviation > 0 ? 1 - normalBelow(loss / deviation) : loss > 0 ? 0 : 1
  return {
    metric,
    value,
    reference,
    loss,
    pValue,
    worse: loss >= leastLoss * Math.abs(reference) && pValue < leastChance,
  }
}

/** Of a 95 % interval, taken as normal. */
const deviationOf = ({ low, high }: Interval) => (high - low) / (2 * 1.959964)

function explain(
  labelled: number,
  positives: number,
  coverage: number,
  isRegression: boolean,
  shortage: boolean,
  comparison: Performance['comparison'],
): string {
  if (shortage)
    return `insufficient-data: ${labelled} labels${isRegression ? '' : `, ${positives} of them positive`}; ${minimumLabels} needed${isRegression ? '' : ` and ${minimumOfClass} of each class`}`
  const part =
    coverage < 1
      ? ` on the ${(100 * coverage).toFixed(0)} % of the predictions whose labels have arrived`
      : ''
  if (comparison === null) return `measured${part}; training measured nothing to compare with`
  const { metric, value, reference, worse } = comparison
  const figures = `${metric} ${value.toFixed(3)}${part}, ${reference.toFixed(3)} in training`
  return worse ? `the model does worse than in training: ${figures}` : `no loss beyond chance: ${figures}`
}

/** Labels of another run, or keys that are written in another way: whoever sent them must hear of it. */
const strangers = (count: number) =>
  count === 0
    ? ''
    : `; ${count} ${count === 1 ? 'label is of an example' : 'labels are of examples'} that the run did not score`

function coded<Value>(values: readonly Value[]): { codes: Int32Array; levels: Value[] } {
  const places = new Map<Value, number>()
  const codes = Int32Array.from(values, (value) => {
    const place = places.get(value) ?? places.size
    places.set(value, place)
    return place
  })
  return { codes, levels: [...places.keys()] }
}

const digest = (keys: readonly string[]) =>
  createHash('sha256').update(keys.toSorted().join('\n')).digest('hex').slice(0, 16)
