/** The group whose probabilities lie farthest from what became of its rows, beyond what chance explains. */

export interface CalibrationGap {
  readonly column: string
  readonly level: string
  readonly rows: number
  /** |mean probability − rate of cases| less three standard errors, at least 0. */
  readonly gap: number
}

/** Fewer rows tell nothing of a group. */
const leastRows = 100
const standardErrors = 3
const everybody = 'rows'

/** @param labels 0 or 1. @returns null when no group has 100 rows. */
export function calibrationGap(
  probabilities: Float64Array,
  labels: Float64Array,
  groups: Readonly<Record<string, readonly (string | null)[]>>,
): CalibrationGap | null {
  let worst: CalibrationGap | null = null
  const whole = { [everybody]: Array.from(labels, () => 'all') }
  for (const [column, levels] of Object.entries({ ...whole, ...groups })) {
    const sums = new Map<string, { rows: number; predicted: number; variance: number; cases: number }>()
    for (const [row, level] of levels.entries()) {
      if (level === null) continue
      const probability = probabilities[row] as number
      const sum = sums.get(level) ?? { rows: 0, predicted: 0, variance: 0, cases: 0 }
      sum.rows += 1
      sum.predicted += probability
      sum.variance += probability * (1 - probability)
      sum.cases += labels[row] as number
      sums.set(level, sum)
    }
    for (const [level, { rows, predicted, variance, cases }] of sums) {
      if (rows < leastRows) continue
      const chance = (standardErrors * Math.sqrt(variance)) / rows
      const gap = Math.max(0, Math.abs(predicted - cases) / rows - chance)
      if (worst === null || gap > worst.gap) worst = { column, level, rows, gap }
    }
  }
  return worst
}
