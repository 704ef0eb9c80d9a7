/** Weighs the features that drifted by their importance to the model, and decides whether the alarm fires. */
import type { Drift, FeatureDrift, JointDrift } from './drift.ts'

export interface AlarmThresholds {
  readonly alarmWeightedScore: number
  readonly severeWeightedScore: number
  /** Any of so many most important features raises the alarm on its own. */
  readonly topFeatures: number
}

/** So many features at once are another population, whatever the model makes of each: by chance, hardly one drifts. */
const broadChange = 3

type Summary = Pick<
  Drift,
  'status' | 'driftScore' | 'weightedDriftScore' | 'drifted' | 'insufficient' | 'alarm' | 'severe' | 'reasons'
>

/**
 * The alarm fires when the weighted score reaches its limit, when one of the most important features drifted, or when
 * three features or more did. Features of which nothing can be said count neither way. Where no feature has an
 * importance, all weigh the same and each of them raises the alarm: what a model relies on is then unknown. Columns that
 * go together in another way raise it too, though none of them moved.
 */
export function raiseAlarm(
  features: Readonly<Record<string, FeatureDrift>>,
  thresholds: AlarmThresholds,
  joint?: JointDrift,
): Summary {
  const entries = Object.entries(features)
  const compared = entries.filter(([, feature]) => feature.drifted !== null)
  const moved = compared.filter(([, feature]) => feature.drifted === true)
  const drifted = moved.map(([name]) => name)
  const insufficient = entries.filter(([, feature]) => feature.drifted === null).map(([name]) => name)
  if (compared.length === 0)
    return {
      status: 'insufficient-data',
      driftScore: null,
      weightedDriftScore: null,
      drifted,
      insufficient,
      alarm: false,
      severe: false,
      reasons: ['insufficient-data: no feature could be compared with the baseline'],
    }
  const driftScore = moved.length / compared.length
  const weight = (list: typeof entries) => list.reduce((sum, [, feature]) => sum + feature.importance, 0)
  const known = entries.some(([, feature]) => feature.importance > 0)
  const all = weight(compared)
  const weightedDriftScore = all > 0 ? Math.min(1, weight(moved) / all) : driftScore
  const top = known ? mostImportant(entries, thresholds.topFeatures) : new Set(entries.map(([name]) => name))
  const alarming = drifted.filter((name) => top.has(name))
  const overScore = drifted.length > 0 && weightedDriftScore >= thresholds.alarmWeightedScore
  return {
    status: 'compared',
    driftScore,
    weightedDriftScore,
    drifted,
    insufficient,
    alarm: overScore || alarming.length > 0 || drifted.length >= broadChange || joint?.drifted === true,
    severe: drifted.length > 0 && weightedDriftScore >= thresholds.severeWeightedScore,
    reasons: explain(),
  }

  function explain(): string[] {
    const together = joint?.drifted === true ? [joint.reason] : []
    if (drifted.length === 0) return [`none of ${compared.length} features drifted`, ...together]
    const score = weightedDriftScore.toFixed(2)
    const limit = thresholds.alarmWeightedScore
    return [
      `${drifted.length} of ${compared.length} features drifted${drifted.length < broadChange ? '' : ', which alone raises the alarm'}`,
      overScore
        ? `the weighted drift score ${score} reaches its limit ${limit}`
        : `the weighted drift score ${score} is below its limit ${limit}`,
      ...(alarming.length === 0
        ? [`none of them is among the ${thresholds.topFeatures} most important`]
        : [
            known
              ? `among the ${thresholds.topFeatures} most important: ${alarming.join(', ')}`
              : `importance is unknown, so each counts: ${alarming.join(', ')}`,
          ]),
      ...together,
    ]
  }
}

function mostImportant(entries: readonly [string, FeatureDrift][], count: number): Set<string> {
  const ranked = entries
    .filter(([, feature]) => feature.importance > 0)
    .toSorted(([a, x], [b, y]) => y.importance - x.importance || (a < b ? -1 : 1))
  return new Set(ranked.slice(0, count).map(([name]) => name))
}
