/** What metrics are called by people, and how their numbers are written. */
import { formatDecimal, formatLift, formatShare, formatValue } from './format-number.ts'

interface Words {
  readonly name: string
  readonly format: (value: number | null | undefined) => string
}

const words: Readonly<Record<string, Words>> = {
  rocAuc: { name: 'ROC AUC', format: (value) => formatDecimal(value) },
  prAuc: { name: 'Average precision', format: (value) => formatDecimal(value) },
  prAucLift: { name: 'Average precision over prevalence', format: formatLift },
  logLoss: { name: 'Log loss', format: (value) => formatDecimal(value) },
  brier: { name: 'Brier score', format: (value) => formatDecimal(value) },
  expectedCalibrationError: { name: 'Calibration error', format: (value) => formatDecimal(value) },
  accuracy: { name: 'Accuracy', format: (value) => formatShare(value) },
  precision: { name: 'Precision', format: (value) => formatShare(value) },
  recall: { name: 'Recall', format: (value) => formatShare(value) },
  f1: { name: 'F1', format: (value) => formatDecimal(value) },
  flaggedShare: { name: 'Flagged', format: (value) => formatShare(value) },
  threshold: { name: 'Threshold', format: (value) => formatDecimal(value) },
  rmse: { name: 'RMSE', format: formatValue },
  mae: { name: 'MAE', format: formatValue },
  r2: { name: 'R²', format: (value) => formatDecimal(value) },
  mape: { name: 'MAPE', format: (value) => formatShare(value) },
}

/** A metric that is not known here goes by its own name. */
export const metricName = (metric: string) => words[metric]?.name ?? metric
export const formatMetric = (metric: string, value: number | null | undefined) =>
  (words[metric]?.format ?? formatValue)(value)

/** A sentence of the platform with the metric's name as people say it. */
export function inWords(sentence: string): string {
  return sentence.replace(
    /\b[a-z]+(?:[A-Z][a-z]+|2)+\b|\b(?:brier|rmse|mae|mape|recall|precision)\b/g,
    metricName,
  )
}
