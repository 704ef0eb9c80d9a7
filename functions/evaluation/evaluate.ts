/** The whole evaluation of a model on the test side: evaluation.json from the merged parts and the fitted decision. */
import type { Project } from '../project.ts'
import { applyCalibrator } from '../scoring/calibrate.ts'
import type { Decision } from '../scoring/decision.ts'
import { bootstrap } from './bootstrap.ts'
import { compareWithChampion, weightedError } from './compare-champion.ts'
import { conformalCoverage } from './conformal-coverage.ts'
import { confusionAt, thresholdMetrics } from './confusion.ts'
import { drawCurves, scoreHistogram } from './curves.ts'
import type { Evaluation } from './evaluation.ts'
import { judgeGate } from './gate.ts'
import { groupMetrics } from './group-metrics.ts'
import { importanceOf, sourceImportance } from './importance.ts'
import type { MergedParts } from './merge-parts.ts'
import { predictionDistribution } from './prediction-distribution.ts'
import { brierScore, calibrationBins, expectedCalibrationError, logLoss } from './probability-metrics.ts'
import { once, rank } from './ranking.ts'
import { regressionMetrics } from './regression-metrics.ts'
import { simpleModel } from './simple-model.ts'
import { timeWindows } from './time-windows.ts'
import { topShares } from './top-share.ts'

export interface EvaluationRequest {
  readonly project: Project
  readonly engine: string
  /** What trained the champion; absent when there is none. */
  readonly championEngine?: string | undefined
  readonly merged: MergedParts
  readonly decision: Decision
  readonly seed: number
  /** @default 500 */
  readonly resamples?: number
}

/**
 * What ranks (ROC, precision-recall, top k) is measured on the model's own score, what is told to readers (log loss,
 * Brier, calibration, threshold) on the calibrated probability.
 */
export function evaluate(request: EvaluationRequest): Evaluation {
  const { project, merged, decision, engine } = request
  const predictions = merged.scores.map((score) => applyCalibrator(decision.calibrator, score))
  const isRegression = project.task === 'regression'
  const measured = isRegression
    ? measureRegression(request, predictions)
    : measureClassification(request, predictions)
  const importance = importanceOf(project, merged.importance.absolute, merged.importance.rows)
  const champion = compareWithChampion({
    task: project.task,
    challengerEngine: engine,
    championEngine: request.championEngine,
    labels: merged.labels,
    entities: merged.entities,
    entityCount: merged.entityCount,
    challenger: merged.scores,
    champion: merged.championScores,
    seed: request.seed,
    ...(request.resamples === undefined ? {} : { resamples: request.resamples }),
  })
  return {
    format: 'regimen-evaluation/1',
    task: project.task,
    engine,
    rows: merged.labels.length,
    entities: merged.entityCount,
    calibrationRows: merged.calibration.labels.length,
    ...measured,
    reasons: whyNull(measured.metrics, merged.labels.length),
    conformal: conformalCoverage(decision, merged.scores, merged.labels),
    groups: Object.entries(merged.groups).flatMap(([column, group]) =>
      groupMetrics(column, { ...merged, ...group, predictions }, isRegression ? null : decision.threshold),
    ),
    ...(predictions.length === 0
      ? {}
      : { predictions: predictionDistribution(predictions, merged.entities) }),
    ...(merged.times === undefined
      ? {}
      : { byTime: timeWindows({ ...merged, times: merged.times, predictions }, isRegression, request.seed) }),
    importance,
    sourceImportance: sourceImportance(project, importance),
    importanceRows: merged.importance.rows,
    examples: describeExamples(project, merged, decision),
    champion,
    gate: judgeGate(project.gates, measured.metrics, champion),
  }
}

type Measured = Pick<
  Evaluation,
  | 'prevalence'
  | 'metrics'
  | 'intervals'
  | 'threshold'
  | 'confusion'
  | 'curves'
  | 'top'
  | 'scoreHistogram'
  | 'simpleModel'
>

function measureClassification(request: EvaluationRequest, predictions: Float64Array): Measured {
  const { merged, decision, project, seed, resamples = 500 } = request
  const { labels, scores, entities, entityCount } = merged
  const rows = labels.length
  const prevalence = rows === 0 ? null : labels.reduce((sum, label) => sum + label, 0) / rows
  const ranking = rank({ scores, labels, entities })
  const { rocAuc, prAuc } = ranking(once(entityCount))
  const bins = calibrationBins(predictions, labels)
  const confusion = rows === 0 ? null : confusionAt(predictions, labels, decision.threshold)
  const simple = simpleModel(merged.simple)
  const label = project.features.find(({ name }) => name === simple?.feature)?.label
  return {
    prevalence,
    metrics: {
      rocAuc,
      prAuc,
      prAucLift: prAuc === null || !prevalence ? null : prAuc / prevalence,
      logLoss: logLoss(predictions, labels),
      brier: brierScore(predictions, labels),
      expectedCalibrationError: expectedCalibrationError(bins),
      ...(confusion === null
        ? { accuracy: null, precision: null, recall: null, f1: null, flaggedShare: null }
        : thresholdMetrics(confusion)),
      threshold: decision.threshold,
    },
    intervals: bootstrap({ entities: entityCount, seed, resamples }, (weights) => ({ ...ranking(weights) })),
    threshold: { value: decision.threshold, rule: thresholdRule(request) },
    confusion,
    curves: drawCurves(scores, labels, bins),
    top: topShares(scores, labels),
    scoreHistogram: scoreHistogram(predictions, labels),
    simpleModel:
      simple === null
        ? null
        : {
            ...simple,
            label: label ?? simple.feature,
            rocAucGain: rocAuc === null || simple.rocAuc === null ? null : rocAuc - simple.rocAuc,
          },
  }
}

function measureRegression(
  { merged, seed, resamples = 500 }: EvaluationRequest,
  predictions: Float64Array,
): Measured {
  const { labels, entities, entityCount } = merged
  const error = weightedError(predictions, labels, entities)
  return {
    prevalence: null,
    metrics: { ...regressionMetrics(predictions, labels) },
    intervals: bootstrap({ entities: entityCount, seed, resamples }, (weights) => ({ rmse: error(weights) })),
    threshold: null,
    confusion: null,
    curves: null,
    top: [],
    scoreHistogram: scoreHistogram(predictions, new Float64Array(labels.length)),
    simpleModel: null,
  }
}

/** The rule, and whether the calibration side could keep it. */
function thresholdRule({ project, merged, decision }: EvaluationRequest): string {
  const { labels, scores } = merged.calibration
  const probabilities = scores.map((score) => applyCalibrator(decision.calibrator, score))
  const { precision } = thresholdMetrics(confusionAt(probabilities, labels, decision.threshold))
  const prevalence = labels.reduce((sum, label) => sum + label, 0) / Math.max(1, labels.length)
  const floor = Math.min(1, project.precisionFloorLift * prevalence)
  const wanted = `precision of at least ${project.precisionFloorLift} times the prevalence (${floor.toFixed(3)})`
  return precision !== null && precision >= floor - 1e-12
    ? `the highest recall with a ${wanted} on the calibration side`
    : `the highest precision (${precision?.toFixed(3) ?? 'none'}): no threshold reaches a ${wanted} on the calibration side`
}

const whyNullByMetric: Readonly<Record<string, string>> = {
  rocAuc: 'the test side holds one class only',
  prAuc: 'the test side holds no positive label',
  prAucLift: 'the test side holds no positive label',
  precision: 'no row is flagged at the threshold',
  recall: 'the test side holds no positive label',
  f1: 'neither a positive label nor a flagged row',
  r2: 'every label is the same',
  mape: 'a label is zero',
}

function whyNull(metrics: Evaluation['metrics'], rows: number): Evaluation['reasons'] {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, value]) => value === null)
      .map(([name]) => [
        name,
        rows === 0 ? 'the test side has no rows' : (whyNullByMetric[name] ?? 'undefined'),
      ]),
  )
}

/** The three highest predictions, the middle one and the lowest. */
function describeExamples(
  { features }: Project,
  { examples }: MergedParts,
  { calibrator }: Decision,
): Evaluation['examples'] {
  const labels = new Map(features.map(({ name, label }) => [name, label]))
  const sorted = examples.toSorted((a, b) => b.score - a.score)
  // Every part gave its three highest, one middle and one lowest: the middle ones stand at 60 to 80 %.
  const chosen = new Set([0, 1, 2, Math.floor(sorted.length * 0.7), sorted.length - 1])
  return sorted
    .filter((_, at) => chosen.has(at))
    .map(({ score, label, factors }) => ({
      probability: applyCalibrator(calibrator, score),
      label,
      factors: factors.map((factor) => ({ ...factor, label: labels.get(factor.feature) ?? factor.feature })),
    }))
}
