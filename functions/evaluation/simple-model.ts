/** The simple model that a real one must beat: the event rate per bin of the best single feature (Holte 1993, "1R"). */
import type { EvaluationPart } from './evaluation-part.ts'
import { once, rank } from './ranking.ts'

type Counts = EvaluationPart['simple'][string]['test']

export interface SimpleModel {
  readonly feature: string
  readonly rocAuc: number | null
  readonly prAuc: number | null
}

/**
 * Rates are fitted on the calibration side and shrunk towards the overall rate by one row, the feature is the one of
 * highest ROC AUC there, and its metrics are those of the test side. Null when no feature can be ranked.
 */
export function simpleModel(simple: EvaluationPart['simple']): SimpleModel | null {
  let best: { feature: string; rates: number[]; auc: number } | undefined
  for (const [feature, { calibration }] of Object.entries(simple)) {
    const rates = eventRates(calibration)
    const auc = countedRanking(rates, calibration).rocAuc
    if (auc !== null && (best === undefined || auc > best.auc)) best = { feature, rates, auc }
  }
  if (best === undefined) return null
  const counts = simple[best.feature]?.test
  return counts === undefined ? null : { feature: best.feature, ...countedRanking(best.rates, counts) }
}

function eventRates({ rows, positives }: Counts): number[] {
  const all = rows.reduce((sum, count) => sum + count, 0)
  const rate = all === 0 ? 0 : positives.reduce((sum, count) => sum + count, 0) / all
  return rows.map((count, bin) => ((positives[bin] ?? 0) + rate) / (count + 1))
}

/** Metrics of a score per bin, from counts alone: each bin is one positive and one negative row with a weight. */
function countedRanking(rates: readonly number[], { rows, positives }: Counts) {
  const weights = Int32Array.from(
    rows.flatMap((count, bin) => [positives[bin] ?? 0, count - (positives[bin] ?? 0)]),
  )
  const scores = rates.flatMap((rate) => [rate, rate])
  const labels = rates.flatMap(() => [1, 0])
  return rank({ scores, labels, entities: Int32Array.from(once(scores.length).keys()) })(weights)
}
