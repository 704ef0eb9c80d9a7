/** Since when a feature drifts: what earlier runs of the same model found. */
import type { Drift, DriftHistoryLine } from './drift.ts'

/** @param at ISO 8601 of the run's start. */
export function historyLine(drift: Drift, runId: string, at: string): DriftHistoryLine {
  const { rows, driftScore, weightedDriftScore, alarm, drifted } = drift
  return { runId, at, rows, driftScore, weightedDriftScore, alarm, drifted }
}

/** @param earlier runs of the same model, oldest first, without this one. */
export function withHistory(drift: Drift, earlier: readonly DriftHistoryLine[], at: string): Drift {
  const features = Object.entries(drift.features).map(([name, feature]) => {
    if (feature.drifted !== true) return [name, feature]
    const broken = earlier.findLastIndex((line) => !line.drifted.includes(name))
    const found = earlier.slice(broken + 1)
    return [name, { ...feature, since: { at: found[0]?.at ?? at, runs: found.length + 1 } }]
  })
  return { ...drift, features: Object.fromEntries(features), history: [...earlier] }
}
