/** The evaluation metrics by the names that the built-in algorithm gives them. */
import { areaUnderPrecisionRecall, areaUnderRoc } from './ranking-metric.ts'

export type MetricName = string

export interface Scored {
  /** What `predict` gives: probabilities or values. */
  readonly predictions: Float32Array
  readonly labels: Float32Array
  readonly weights: Float32Array | undefined
}

export interface Metric {
  /** Larger is better. */
  readonly maximise: boolean
  /** Defined for the two classes 0 and 1 only. */
  readonly classes: boolean
  evaluate(scored: Scored): number
}

/** Weighted mean of a loss over the rows, which is then finished by `end`. */
function mean(loss: (prediction: number, label: number) => number, end = (value: number) => value): Metric {
  return {
    maximise: false,
    classes: false,
    evaluate({ predictions, labels, weights }) {
      let sum = 0
      let total = 0
      for (let row = 0; row < labels.length; row++) {
        const weight = weights === undefined ? 1 : (weights[row] as number)
        sum += weight * loss(predictions[row] as number, labels[row] as number)
        total += weight
      }
      return end(sum / total)
    },
  }
}

interface Counts {
  readonly truePositive: number
  readonly falsePositive: number
  readonly trueNegative: number
  readonly falseNegative: number
}

/** A metric of the confusion matrix at the threshold 0.5. */
function confusion(of: (counts: Counts) => number): Metric {
  return {
    maximise: true,
    classes: true,
    evaluate({ predictions, labels, weights }) {
      const cells = [0, 0, 0, 0]
      for (let row = 0; row < labels.length; row++) {
        const cell = ((predictions[row] as number) > 0.5 ? 2 : 0) + ((labels[row] as number) > 0.5 ? 1 : 0)
        cells[cell] = (cells[cell] ?? 0) + (weights === undefined ? 1 : (weights[row] as number))
      }
      const [trueNegative = 0, falseNegative = 0, falsePositive = 0, truePositive = 0] = cells
      return of({ truePositive, falsePositive, trueNegative, falseNegative })
    },
  }
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
const recall = (counts: Counts) => ratio(counts.truePositive, counts.truePositive + counts.falseNegative)
const specificity = (counts: Counts) => ratio(counts.trueNegative, counts.trueNegative + counts.falsePositive)
const precision = (counts: Counts) => ratio(counts.truePositive, counts.truePositive + counts.falsePositive)
const f1 = (counts: Counts) =>
  ratio(2 * counts.truePositive, 2 * counts.truePositive + counts.falsePositive + counts.falseNegative)
/** Mean over both classes, each taken as the positive one: what the algorithm calls `f1`. */
const f1Macro = (counts: Counts) =>
  (f1(counts) +
    f1({
      truePositive: counts.trueNegative,
      falsePositive: counts.falseNegative,
      trueNegative: counts.truePositive,
      falseNegative: counts.falsePositive,
    })) /
  2
const accuracy = (counts: Counts) =>
  ratio(
    counts.truePositive + counts.trueNegative,
    counts.truePositive + counts.trueNegative + counts.falsePositive + counts.falseNegative,
  )

/** Smallest probability that a logarithm sees (xgboost, src/metric/elementwise_metric.cu). */
const EPSILON = 1e-16
const log = (value: number) => Math.log(Math.max(value, EPSILON))

const classError = (threshold: number): Metric => ({
  ...mean((prediction, label) => (prediction > threshold ? 1 - label : label)),
  classes: true,
})

/** −log-likelihood without the terms that do not depend on the prediction (Jørgensen 1987). */
const tweedie = (power: number) =>
  mean(
    (prediction, label) =>
      (prediction + EPSILON) ** (2 - power) / (2 - power) -
      (label * (prediction + EPSILON) ** (1 - power)) / (1 - power),
  )

const metrics: Readonly<Record<string, Metric>> = {
  logloss: {
    ...mean((prediction, label) => {
      if (label === 1) return -log(prediction)
      if (label === 0) return -log(1 - prediction)
      return -label * log(prediction) - (1 - label) * log(1 - prediction)
    }),
  },
  auc: { maximise: true, classes: true, evaluate: areaUnderRoc },
  aucpr: { maximise: true, classes: true, evaluate: areaUnderPrecisionRecall },
  error: classError(0.5),
  rmse: mean((prediction, label) => (prediction - label) ** 2, Math.sqrt),
  mse: mean((prediction, label) => (prediction - label) ** 2),
  rmsle: mean((prediction, label) => (Math.log1p(prediction) - Math.log1p(label)) ** 2, Math.sqrt),
  mae: mean((prediction, label) => Math.abs(prediction - label)),
  mape: mean((prediction, label) => Math.abs((prediction - label) / label)),
  r2: { maximise: true, classes: false, evaluate: coefficientOfDetermination },
  'poisson-nloglik': mean((prediction, label) => logGamma(label + 1) + prediction - log(prediction) * label),
  'gamma-nloglik': mean((prediction, label) => label / Math.max(prediction, 1e-6) + log(prediction)),
  accuracy: confusion(accuracy),
  balanced_accuracy: confusion((counts) => (recall(counts) + specificity(counts)) / 2),
  f1: confusion(f1Macro),
  f1_macro: confusion(f1Macro),
  f1_binary: confusion(f1),
  precision: confusion(precision),
  recall: confusion(recall),
}

export const metricNames = [...Object.keys(metrics), 'error@t', 'tweedie-nloglik']

/** Undefined for a name that is not known. */
export function metricNamed(name: MetricName): Metric | undefined {
  if (Object.hasOwn(metrics, name)) return metrics[name]
  const [, kind, text] = /^(error|tweedie-nloglik)@(\d*\.?\d+)$/.exec(name) ?? []
  if (kind === undefined) return undefined
  return kind === 'error' ? classError(Number(text)) : tweedie(Number(text))
}

function coefficientOfDetermination({ predictions, labels, weights }: Scored): number {
  const { evaluate: labelMean } = mean((_prediction, label) => label)
  const centre = labelMean({ predictions, labels, weights })
  const residual = mean((prediction, label) => (prediction - label) ** 2)
  const total = mean((_prediction, label) => (label - centre) ** 2)
  const scored = { predictions, labels, weights }
  return 1 - residual.evaluate(scored) / total.evaluate(scored)
}

/** log Γ(x) for x ≥ 1 (Lanczos 1964, g = 7, n = 9): relative error below 1e-14. */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  const shifted = x - 1
  const series = terms.reduce((sum, term, at) => sum + term / (shifted + at + 1), 0.9999999999998099)
  const base = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series)
}
