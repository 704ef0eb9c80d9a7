/** The numbers of a drift report that CloudWatch keeps and alarms watch. */
import type { Drift } from './drift.ts'

export interface DriftMetric {
  readonly name:
    | 'DriftScore'
    | 'WeightedDriftScore'
    | 'DriftAlarm'
    | 'FeaturesDrifted'
    | 'FeaturesNotCompared'
    | 'MissingShare'
    | 'Rows'
    | 'JointDriftArea'
    | 'PredictionDriftEffect'
    | 'EstimatedRocAuc'
    | 'LabelCoverage'
    | 'RocAuc'
    | 'Rmse'
    | 'ConceptDrift'
  readonly value: number
  readonly unit: 'Count' | 'None'
}

/** A number that cannot be computed is left out: an alarm then sees missing data, not a calm zero. */
export function driftMetrics(drift: Drift): DriftMetric[] {
  const metrics: Measured[] = [
    { name: 'DriftScore', value: drift.driftScore, unit: 'None' },
    { name: 'WeightedDriftScore', value: drift.weightedDriftScore, unit: 'None' },
    { name: 'DriftAlarm', value: drift.status === 'compared' ? Number(drift.alarm) : null, unit: 'None' },
    { name: 'FeaturesDrifted', value: drift.drifted.length, unit: 'Count' },
    { name: 'FeaturesNotCompared', value: drift.insufficient.length, unit: 'Count' },
    { name: 'MissingShare', value: drift.missingShare, unit: 'None' },
    { name: 'Rows', value: drift.rows, unit: 'Count' },
    { name: 'JointDriftArea', value: drift.joint?.area ?? null, unit: 'None' },
  ]
  return present(metrics)
}

/** What is known only after scoring; the alarm again, where the predictions raise it. */
export function predictionMetrics(drift: Drift): DriftMetric[] {
  const { predictions, estimate } = drift
  return present([
    { name: 'PredictionDriftEffect', value: predictions?.effect ?? null, unit: 'None' },
    { name: 'EstimatedRocAuc', value: estimate?.rocAuc?.value ?? null, unit: 'None' },
    { name: 'DriftAlarm', value: predictions?.drifted === true ? Number(drift.alarm) : null, unit: 'None' },
  ])
}

type Measured = Omit<DriftMetric, 'value'> & { readonly value: number | null }

function present(metrics: readonly Measured[]): DriftMetric[] {
  return metrics.flatMap(({ name, value, unit }) => (value === null ? [] : [{ name, value, unit }]))
}
