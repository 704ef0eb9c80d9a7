/** The confusion matrix at a threshold, and the metrics that are read off it. */
import type { Confusion } from './evaluation.ts'

/** A row is flagged when its probability is at least the threshold. */
export function confusionAt(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Confusion {
  const cells = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 }
  for (let i = 0; i < labels.length; i++) {
    const flagged = (probabilities[i] as number) >= threshold
    if ((labels[i] as number) > 0.5) cells[flagged ? 'truePositives' : 'falseNegatives']++
    else cells[flagged ? 'falsePositives' : 'trueNegatives']++
  }
  return { threshold, ...cells }
}

/** Each null where its denominator is zero; F1 is 2TP / (2TP + FP + FN). */
export function thresholdMetrics({
  truePositives,
  falsePositives,
  trueNegatives,
  falseNegatives,
}: Confusion) {
  const rows = truePositives + falsePositives + trueNegatives + falseNegatives
  return {
    accuracy: ratio(truePositives + trueNegatives, rows),
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    flaggedShare: ratio(truePositives + falsePositives, rows),
  }
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)
