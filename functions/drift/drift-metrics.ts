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
  readonly value: number
  readonly unit: 'Count' | 'None'
}

/** A number that cannot be computed is left out: an alarm then sees missing data, not a calm zero. */
export function driftMetrics(drift: Drift): DriftMetric[] {
  const metrics: { name: DriftMetric['name']; value: number | null; unit: DriftMetric['unit'] }[] = [
    { name: 'DriftScore', value: drift.driftScore, unit: 'None' },
    { name: 'WeightedDriftScore', value: drift.weightedDriftScore, unit: 'None' },
    { name: 'DriftAlarm', value: drift.status === 'compared' ? Number(drift.alarm) : null, unit: 'None' },
    { name: 'FeaturesDrifted', value: drift.drifted.length, unit: 'Count' },
    { name: 'FeaturesNotCompared', value: drift.insufficient.length, unit: 'Count' },
    { name: 'MissingShare', value: drift.missingShare, unit: 'None' },
    { name: 'Rows', value: drift.rows, unit: 'Count' },
  ]
  return metrics.flatMap(({ name, value, unit }) => (value === null ? [] : [{ name, value, unit }]))
}
