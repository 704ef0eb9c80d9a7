/** Evaluation metrics, curves and calibration against scikit-learn, on cases that make-metrics.py drew. */
import { readFileSync } from 'node:fs'
import { confusionAt, thresholdMetrics } from '../../functions/evaluation/confusion.ts'
import { drawCurves } from '../../functions/evaluation/curves.ts'
import {
  brierScore,
  calibrationBins,
  expectedCalibrationError,
  logLoss,
} from '../../functions/evaluation/probability-metrics.ts'
import { once, rank } from '../../functions/evaluation/ranking.ts'
import { regressionMetrics } from '../../functions/evaluation/regression-metrics.ts'
import { fitIsotonic, isotonicValue } from '../../functions/scoring/isotonic.ts'
import { type Difference, farthest, type Reckoning } from './reckoning.ts'

interface Probabilities {
  readonly name: string
  readonly labels: readonly number[]
  readonly scores: readonly number[]
  /** Null where there is no value. */
  readonly rocAuc: number | null
  readonly prAuc: number | null
  readonly logLoss: number
  readonly brier: number
}
interface Classification extends Probabilities {
  readonly threshold: number
  readonly accuracy: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly confusion: readonly number[]
  readonly expectedCalibrationError: number
}
type Pair = readonly [number[], number[]]
interface Metrics {
  readonly classification: readonly Classification[]
  readonly weighted: readonly (Classification & {
    weights: number[]
    weightedRocAuc: number
    weightedPrAuc: number
  })[]
  readonly curves: readonly (Classification & { roc: Pair; precisionRecall: Pair; isotonic: Pair })[]
  readonly degenerate: readonly Probabilities[]
  readonly regression: readonly Regression[]
}
interface Regression {
  readonly labels: readonly number[]
  readonly predictions: readonly number[]
  readonly rmse: number
  readonly mae: number
  readonly r2: number
  readonly mape: number
}

const limit = 1e-9

export function checkMetrics(file: string, reckoning: Reckoning): void {
  const cases: Metrics = JSON.parse(readFileSync(file, 'utf8'))
  for (const example of cases.classification)
    reckoning.check(example.name, { ...probabilities(example), ...flags(example) })
  for (const example of cases.weighted) {
    const { rocAuc, prAuc } = ranking(example)(Int32Array.from(example.weights))
    reckoning.check(example.name, {
      'metric: weighted ROC AUC': near(rocAuc, example.weightedRocAuc),
      'metric: weighted average precision': near(prAuc, example.weightedPrAuc),
    })
  }
  for (const example of cases.curves) reckoning.check(example.name, curves(example))
  for (const example of cases.degenerate) reckoning.check(example.name, probabilities(example))
  for (const { labels, predictions, ...expected } of cases.regression) {
    const { rmse, mae, r2, mape } = regressionMetrics(predictions, labels)
    reckoning.check(`regression of ${labels.length} rows`, {
      'metric: RMSE': near(rmse, expected.rmse),
      'metric: MAE': near(mae, expected.mae),
      'metric: R²': near(r2, expected.r2),
      'metric: MAPE': near(mape, expected.mape),
    })
  }
}

/** Both null is no difference, one of them alone an infinite one. */
function near(actual: number | null, expected: number | null): Difference {
  if (actual === null || expected === null)
    return { worst: actual === expected ? 0 : Number.POSITIVE_INFINITY, limit }
  return { worst: farthest([actual], [expected]), limit }
}

function ranking({ scores, labels }: Probabilities) {
  return rank({ scores, labels, entities: Int32Array.from(labels.keys()) })
}

function probabilities(example: Probabilities): Record<string, Difference> {
  const { rocAuc, prAuc } = ranking(example)(once(example.labels.length))
  return {
    'metric: ROC AUC': near(rocAuc, example.rocAuc),
    'metric: average precision': near(prAuc, example.prAuc),
    'metric: log loss': near(logLoss(example.scores, example.labels), example.logLoss),
    'metric: Brier score': near(brierScore(example.scores, example.labels), example.brier),
  }
}

function flags(example: Classification): Record<string, Difference> {
  const { scores, labels, threshold } = example
  const confusion = confusionAt(scores, labels, threshold)
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion
  const cells = [truePositives, falsePositives, trueNegatives, falseNegatives]
  const { accuracy, precision, recall, f1 } = thresholdMetrics(confusion)
  // Where nothing is flagged scikit-learn answers 0, we answer that there is no value.
  const some = (value: number | null) => value ?? 0
  return {
    'metric: confusion': { worst: farthest(cells, example.confusion), limit: 0 },
    'metric: accuracy': near(accuracy, example.accuracy),
    'metric: precision': near(some(precision), example.precision),
    'metric: recall': near(some(recall), example.recall),
    'metric: F1': near(some(f1), example.f1),
    'metric: expected calibration error': near(
      expectedCalibrationError(calibrationBins(scores, labels)),
      example.expectedCalibrationError,
    ),
  }
}

/** Few enough points that nothing is thinned. */
function curves(example: Metrics['curves'][number]): Record<string, Difference> {
  const { scores, labels, roc, precisionRecall, isotonic } = example
  const drawn = drawCurves(scores, labels, [])
  const knots = fitIsotonic(Float64Array.from(scores), Float64Array.from(labels))
  const [asked, fitted] = isotonic
  const pairs = [
    ...[
      drawn?.roc.map((point) => point.falsePositiveRate),
      drawn?.roc.map((point) => point.truePositiveRate),
    ],
    ...[drawn?.precisionRecall.map((p) => p.precision), drawn?.precisionRecall.map((p) => p.recall)],
  ]
  const expected = [...roc, ...precisionRecall]
  return {
    'metric: curves': { worst: Math.max(...expected.map((e, at) => farthest(pairs[at] ?? [], e))), limit },
    'calibration: isotonic regression': {
      worst: farthest(
        asked.map((value) => isotonicValue(knots, value)),
        fitted,
      ),
      limit,
    },
  }
}
