/** The decision threshold of a project's rule: highest recall under a precision floor. */

/**
 * The lowest threshold t at which the rows of p ≥ t have a precision of at least `lift` times the prevalence: the lowest
 * has the highest recall. Where none reaches the floor, the one of highest precision (of these, the lowest).
 * @param p calibrated probabilities
 * @param labels 0 or 1, as many
 */
export function precisionFloorThreshold(p: Float64Array, labels: Float64Array, lift: number): number {
  const order = Uint32Array.from(p.keys()).sort((i, j) => (p[j] as number) - (p[i] as number))
  let total = 0
  for (const label of labels) total += label
  const floor = Math.min(1, (lift * total) / Math.max(1, labels.length))
  let positives = 0
  let threshold = Number.NaN
  let best = { precision: -1, threshold: 1 }
  for (const [at, i] of order.entries()) {
    positives += labels[i] as number
    const value = p[i] as number
    const next = order[at + 1]
    // A threshold can only stand between different predictions.
    if (next !== undefined && p[next] === value) continue
    const precision = positives / (at + 1)
    if (precision >= floor) threshold = value
    if (precision >= best.precision) best = { precision, threshold: value }
  }
  return Number.isNaN(threshold) ? best.threshold : threshold
}
