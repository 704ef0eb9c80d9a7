/** The score that boosting starts from when none is given. */
import type { Settings } from './hyperparameters.ts'
import { objectiveOf } from './objective.ts'
import type { Table } from './read-csv.ts'

/**
 * Base score on the label's scale: the one given, or the weighted mean of the labels, or, with `scale_pos_weight`, one
 * Newton step from margin 0 (xgboost 3.x, src/objective/init_estimation.cc and regression_obj.cu).
 */
export function startingScore({ labels, weights }: Table, settings: Settings): number {
  if (settings.baseScore !== undefined) return Math.fround(settings.baseScore)
  const objective = objectiveOf(settings.objective)
  const newton = objective.classes && settings.scalePosWeight !== 1
  const start = objective.predict(0)
  let numerator = 0
  let denominator = 0
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number
    const weight = weights === undefined ? 1 : (weights[row] as number)
    if (newton) {
      const scaled = weight * (label === 1 ? settings.scalePosWeight : 1)
      numerator -= scaled * objective.gradient(0, start, label, settings)
      denominator += scaled * objective.hessian(0, start, label, settings)
    } else {
      numerator += weight * label
      denominator += weight
    }
  }
  const ratio = numerator / denominator
  return Math.fround(newton ? objective.predict(ratio) : ratio)
}

/** Base score to margin, in single precision as the library keeps it. */
export function startingMargin(baseScore: number, settings: Settings): number {
  return Math.fround(objectiveOf(settings.objective).margin(baseScore))
}
