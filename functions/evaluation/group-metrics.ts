/** Metrics per level of the project's groups, withheld where so few people are in one that it could point at them. */
import { confusionAt, thresholdMetrics } from './confusion.ts'
import type { Group } from './evaluation.ts'
import { brierScore } from './probability-metrics.ts'
import { rank } from './ranking.ts'
import { regressionMetrics } from './regression-metrics.ts'

/** Groups of fewer entities are counted, not measured (the cell size that CMS publishes from). */
export const minimumEntities = 11
const maximumLevels = 60

export interface GroupedRows {
  readonly labels: Float64Array
  /** What ranks the rows. */
  readonly scores: Float64Array
  /** What is told to readers: calibrated probabilities, or predicted numbers. */
  readonly predictions: Float64Array
  readonly entities: Int32Array
  readonly codes: Int32Array
  readonly levels: readonly (string | null)[]
}

/** @param threshold null for a regression. Largest groups first. */
export function groupMetrics(column: string, grouped: GroupedRows, threshold: number | null): Group[] {
  const members: number[][] = grouped.levels.map(() => [])
  for (const [row, code] of grouped.codes.entries()) members[code]?.push(row)
  return members
    .map((rows, code) => ({ rows, level: grouped.levels[code] ?? 'missing' }))
    .filter(({ rows }) => rows.length > 0)
    .sort((a, b) => b.rows.length - a.rows.length || (a.level < b.level ? -1 : 1))
    .slice(0, maximumLevels)
    .map(({ rows, level }) => measure(column, level, rows, grouped, threshold))
}

function measure(
  column: string,
  level: string,
  rows: readonly number[],
  grouped: GroupedRows,
  threshold: number | null,
): Group {
  const dense = new Map<number, number>()
  const entities = Int32Array.from(rows, (row) => {
    const code = grouped.entities[row] as number
    const known = dense.get(code)
    if (known !== undefined) return known
    dense.set(code, dense.size)
    return dense.size - 1
  })
  const counted = { column, level, rows: rows.length, entities: dense.size }
  if (dense.size < minimumEntities)
    return {
      ...counted,
      metrics: null,
      reason: `${dense.size} entities, and fewer than ${minimumEntities} are not measured`,
    }
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number)
  const labels = pick(grouped.labels)
  const predictions = pick(grouped.predictions)
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  if (threshold === null) {
    const { rmse, mae, r2, mape } = regressionMetrics(predictions, labels)
    return {
      ...counted,
      metrics: { rmse, mae, r2, mape, meanPredicted: mean(predictions), meanLabel: mean(labels) },
    }
  }
  const ranking = rank({ scores: pick(grouped.scores), labels, entities })(new Int32Array(dense.size).fill(1))
  return {
    ...counted,
    metrics: {
      prevalence: mean(labels),
      meanPredicted: mean(predictions),
      ...ranking,
      brier: brierScore(predictions, labels),
      ...thresholdMetrics(confusionAt(predictions, labels, threshold)),
    },
  }
}
