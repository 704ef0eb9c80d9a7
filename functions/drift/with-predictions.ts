/** Adds to a drift report what is known only after scoring. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Drift } from './drift.ts'
import { estimatePerformance } from './performance-estimate.ts'
import { predictionDrift } from './prediction-drift.ts'
import type { ScoredRows } from './scored-rows.ts'

export interface ScoredBatch {
  readonly drift: Drift
  readonly evaluation: Evaluation
  readonly scored: ScoredRows
  /** Of the simulated labels behind the estimate's interval. */
  readonly seed: number
}

/**
 * Predictions that moved raise the alarm: whatever moved, the model answers otherwise than it did. An evaluation of a
 * time before predictions were kept says nothing about them.
 */
export function withPredictions({ drift, evaluation, scored, seed }: ScoredBatch): Drift {
  const tests = Object.keys(drift.features).length + 2
  const predictions =
    evaluation.predictions === undefined
      ? undefined
      : predictionDrift(evaluation.predictions, scored, drift.thresholds, drift.thresholds.pValue / tests)
  const estimate =
    evaluation.task === 'regression' ? undefined : estimatePerformance(scored, evaluation, seed)
  const moved = predictions?.drifted === true
  return {
    ...drift,
    alarm: drift.alarm || moved,
    reasons: [
      ...drift.reasons,
      ...(moved ? [`the predictions moved: ${predictions.reason ?? ''}`] : []),
      ...(estimate?.lower === true ? [estimate.reason] : []),
    ],
    ...(predictions === undefined ? {} : { predictions }),
    ...(estimate === undefined ? {} : { estimate }),
  }
}
