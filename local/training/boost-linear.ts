/** The linear booster: cyclic coordinate descent on the second-order loss, with elastic-net penalties. */
import type { Settings } from './hyperparameters.ts'
import { metricNamed } from './metric.ts'
import { objectiveOf } from './objective.ts'
import type { Table } from './read-csv.ts'
import type { Round } from './rounds.ts'

export interface BoostedLinear {
  /** One weight a feature, then the bias. */
  readonly weights: Float32Array
}

/** The entries of a column that count: a missing one adds nothing, like a zero. */
interface SparseColumn {
  readonly rows: Int32Array
  readonly values: Float32Array
}

/** Smallest sum of hessians that a coordinate is moved on (xgboost, src/linear/coordinate_common.h). */
const LEAST_HESSIAN = 1e-5

/** Formulas: xgboost 3.x, src/linear/coordinate_common.h, CoordinateDelta and CoordinateDeltaBias. */
export function boostLinear(
  train: Table,
  validation: Table | undefined,
  settings: Settings,
  baseMargin: number,
  onRound: (round: Round) => void,
): BoostedLinear {
  const objective = objectiveOf(settings.objective)
  const { rows, columns, labels } = train
  const channels = [train, ...(validation === undefined ? [] : [validation])].map((table) => ({
    table,
    sparse: sparseColumns(table),
    predictions: new Float32Array(table.rows),
  }))
  const sparse = channels[0]?.sparse ?? []
  const weights = new Float32Array(columns + 1)
  const rowWeights = Float64Array.from(labels, (label, row) => {
    const own = train.weights === undefined ? 1 : (train.weights[row] as number)
    return objective.classes && label === 1 ? own * settings.scalePosWeight : own
  })
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0)
  const penalties = { lambda: settings.lambda * total, alpha: settings.alpha * total }
  const gradients = new Float64Array(rows)
  const hessians = new Float64Array(rows)
  const margins = new Float64Array(rows).fill(baseMargin)
  for (let round = 0; round < settings.rounds; round++) {
    let gradientSum = 0
    let hessianSum = 0
    for (let row = 0; row < rows; row++) {
      const margin = margins[row] as number
      const prediction = objective.predict(margin)
      const weight = rowWeights[row] as number
      const label = labels[row] as number
      gradients[row] = weight * objective.gradient(margin, prediction, label, settings)
      hessians[row] = weight * objective.hessian(margin, prediction, label, settings)
      gradientSum += gradients[row] as number
      hessianSum += hessians[row] as number
    }
    const step = hessianSum < LEAST_HESSIAN ? 0 : (settings.eta * -gradientSum) / hessianSum
    weights[columns] = (weights[columns] as number) + step
    for (let row = 0; row < rows; row++) {
      gradients[row] = (gradients[row] as number) + (hessians[row] as number) * step
    }
    for (let column = 0; column < columns; column++) {
      const entries = sparse[column]
      if (entries !== undefined)
        moveCoordinate(entries, weights, column, gradients, hessians, settings.eta, penalties)
    }
    margins.set(linearMargins(sparse, weights, rows, baseMargin))
    const scores = channels.map(({ table, sparse: own, predictions }) => {
      const fresh = linearMargins(own, weights, table.rows, baseMargin)
      for (let row = 0; row < table.rows; row++) predictions[row] = objective.predict(fresh[row] as number)
      const scored = { predictions, labels: table.labels, weights: table.weights }
      return settings.evalMetrics.map((metric) => metricNamed(metric)?.evaluate(scored) ?? Number.NaN)
    })
    onRound({ round, train: scores[0] ?? [], validation: scores[1] })
  }
  return { weights }
}

function moveCoordinate(
  { rows, values }: SparseColumn,
  weights: Float32Array,
  column: number,
  gradients: Float64Array,
  hessians: Float64Array,
  eta: number,
  penalties: { readonly lambda: number; readonly alpha: number },
): void {
  let gradient = 0
  let hessian = 0
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    const value = values[at] as number
    gradient += (gradients[row] as number) * value
    hessian += (hessians[row] as number) * value * value
  }
  const weight = weights[column] as number
  const moved = Math.fround(weight + eta * coordinateStep(gradient, hessian, weight, penalties))
  const step = moved - weight
  if (step === 0) return
  weights[column] = moved
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    gradients[row] = (gradients[row] as number) + (hessians[row] as number) * (values[at] as number) * step
  }
}

function coordinateStep(
  gradient: number,
  hessian: number,
  weight: number,
  { lambda, alpha }: { readonly lambda: number; readonly alpha: number },
): number {
  if (hessian < LEAST_HESSIAN) return 0
  const slope = gradient + lambda * weight
  const curvature = hessian + lambda
  return weight - slope / curvature >= 0
    ? Math.max(-(slope + alpha) / curvature, -weight)
    : Math.min(-(slope - alpha) / curvature, -weight)
}

function sparseColumns({ rows, columns, values }: Table): SparseColumn[] {
  return Array.from({ length: columns }, (_, column) => {
    const dense = values.subarray(column * rows, (column + 1) * rows)
    const counts = (value: number) => value !== 0 && !Number.isNaN(value)
    const present = dense.filter(counts)
    const where = new Int32Array(present.length)
    for (let row = 0, at = 0; row < rows; row++) if (counts(dense[row] as number)) where[at++] = row
    return { rows: where, values: present }
  })
}

function linearMargins(
  sparse: readonly SparseColumn[],
  weights: Float32Array,
  rows: number,
  baseMargin: number,
) {
  const margins = new Float64Array(rows).fill(baseMargin + (weights[sparse.length] as number))
  for (const [column, entries] of sparse.entries()) {
    const weight = weights[column] as number
    if (weight === 0) continue
    for (let at = 0; at < entries.rows.length; at++) {
      const row = entries.rows[at] as number
      margins[row] = (margins[row] as number) + weight * (entries.values[at] as number)
    }
  }
  return margins
}
