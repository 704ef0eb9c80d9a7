/** The numbers of a run's performance that CloudWatch keeps. */
import type { DriftMetric } from './drift-metrics.ts'
import type { Performance } from './performance.ts'

/** What cannot be computed is left out: an alarm then sees missing data, not a calm zero. */
export function performanceMetrics({ coverage, comparison, metrics }: Performance): DriftMetric[] {
  const all: { name: DriftMetric['name']; value: number | null }[] = [
    { name: 'LabelCoverage', value: coverage },
    { name: 'RocAuc', value: metrics.rocAuc ?? null },
    { name: 'Rmse', value: metrics.rmse ?? null },
    { name: 'ConceptDrift', value: comparison === null ? null : Number(comparison.worse) },
  ]
  return all.flatMap(({ name, value }) => (value === null ? [] : [{ name, value, unit: 'None' as const }]))
}
