/** How good probabilities are as probabilities: log loss, Brier score, expected calibration error. */

/** −mean(y ln p + (1 − y) ln(1 − p)), p kept 2.2e-16 away from 0 and 1 as scikit-learn does; null without rows. */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  let sum = 0
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probabilities[i] as number))
    sum -= Math.log((labels[i] as number) > 0.5 ? p : 1 - p)
  }
  return labels.length === 0 ? null : sum / labels.length
}

/** mean (p − y)²; null without rows. */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  let sum = 0
  for (let i = 0; i < labels.length; i++) sum += ((probabilities[i] as number) - (labels[i] as number)) ** 2
  return labels.length === 0 ? null : sum / labels.length
}

export interface CalibrationBin {
  /** Mean probability of the bin. */
  readonly predicted: number
  /** Share of positives in it. */
  readonly observed: number
  readonly rows: number
}

/**
 * Rows in ascending order of probability, cut into bins of equal mass (Nguyen and O'Connor 2015); equal probabilities
 * are never parted, so that a bin may hold more and there may be fewer of them.
 */
export function calibrationBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): CalibrationBin[] {
  const rows = labels.length
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (probabilities[a] as number) - (probabilities[b] as number) || a - b,
  )
  const found: CalibrationBin[] = []
  let start = 0
  for (let bin = 1; bin <= bins && start < rows; bin++) {
    let end = Math.max(start, Math.round((bin * rows) / bins))
    while (
      end > start &&
      end < rows &&
      probabilities[order[end] as number] === probabilities[order[end - 1] as number]
    )
      end++
    if (end === start) continue
    let predicted = 0
    let observed = 0
    for (let at = start; at < end; at++) {
      predicted += probabilities[order[at] as number] as number
      observed += labels[order[at] as number] as number
    }
    found.push({
      predicted: predicted / (end - start),
      observed: observed / (end - start),
      rows: end - start,
    })
    start = end
  }
  return found
}

/** Σ rows/n · |observed − predicted| over ten bins of equal mass, 0 to 1; null without rows. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number | null {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0)
  if (rows === 0) return null
  return bins.reduce((sum, bin) => sum + (bin.rows / rows) * Math.abs(bin.observed - bin.predicted), 0)
}
