/** ROC and precision-recall curves thinned for drawing, and the histogram of the scores. */
import type { Curves, Evaluation } from './evaluation.ts'
import type { CalibrationBin } from './probability-metrics.ts'
import { descending } from './ranking.ts'

const maxPoints = 200

/** Null unless both classes are there. Points stand at distinct scores only; the thinned curve keeps both ends. */
export function drawCurves(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  calibration: readonly CalibrationBin[],
): Curves | null {
  const order = descending(scores)
  let positives = 0
  for (const row of order) positives += labels[row] as number
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) return null
  const roc = [{ falsePositiveRate: 0, truePositiveRate: 0 }]
  const precisionRecall: Curves['precisionRecall'] = []
  let hits = 0
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number
    hits += labels[row] as number
    if (at + 1 < order.length && scores[order[at + 1] as number] === scores[row]) continue
    const truePositiveRate = hits / positives
    roc.push({ falsePositiveRate: (at + 1 - hits) / negatives, truePositiveRate })
    precisionRecall.push({ recall: truePositiveRate, precision: hits / (at + 1) })
  }
  return {
    roc: thin(roc, (point) => (point.falsePositiveRate + point.truePositiveRate) / 2),
    precisionRecall: thin(precisionRecall, (point) => point.recall),
    calibration: [...calibration],
  }
}

/** The first point of each of `maxPoints` equal steps of `position` (0 to 1), and the last. */
function thin<Point>(points: readonly Point[], position: (point: Point) => number): Point[] {
  if (points.length <= maxPoints) return [...points]
  let step = -1
  const kept = points.slice(0, -1).filter((point) => {
    const at = Math.floor(position(point) * (maxPoints - 1))
    if (at <= step) return false
    step = at
    return true
  })
  return [...kept, ...points.slice(-1)]
}

/** Twenty bins of equal width between the lowest and the highest score. */
export function scoreHistogram(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  count = 20,
): Evaluation['scoreHistogram'] {
  if (scores.length === 0) return []
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) {
    low = Math.min(low, scores[i] as number)
    high = Math.max(high, scores[i] as number)
  }
  const width = (high - low) / count
  if (!(width > 0)) {
    const { positives, negatives } = classes(labels)
    return [{ from: low, to: high, positives, negatives }]
  }
  const bins = Array.from({ length: count }, (_, at) => ({
    from: low + at * width,
    to: low + (at + 1) * width,
    positives: 0,
    negatives: 0,
  }))
  for (let i = 0; i < scores.length; i++) {
    const bin = bins[Math.min(count - 1, Math.floor(((scores[i] as number) - low) / width))]
    if (bin !== undefined) bin[(labels[i] as number) > 0.5 ? 'positives' : 'negatives']++
  }
  return bins
}

function classes(labels: ArrayLike<number>): { positives: number; negatives: number } {
  let positives = 0
  for (let i = 0; i < labels.length; i++) positives += (labels[i] as number) > 0.5 ? 1 : 0
  return { positives, negatives: labels.length - positives }
}
