/** Feature importance by mean |SHAP|: from contributions per encoded column to features, and on to source columns. */
import type { Encoder } from '../features/encoder.ts'
import type { Project } from '../project.ts'
import type { Importance } from './evaluation.ts'

/** For each encoded column, the place of its feature in `encoder.features`. */
export function featureOfColumn(encoder: Encoder): Int32Array {
  const places = new Int32Array(encoder.columns.length)
  let at = 0
  for (const [place, { columns }] of encoder.features.entries()) {
    places.fill(place, at, at + columns.length)
    at += columns.length
  }
  return places
}

/** A row's contributions added up per feature: the columns of a one-hot feature speak as one. */
export function sumByFeature(
  contributions: ArrayLike<number>,
  offset: number,
  places: Int32Array,
  features: number,
): Float64Array {
  const sums = new Float64Array(features)
  for (let column = 0; column < places.length; column++) {
    const place = places[column] as number
    sums[place] = (sums[place] as number) + (contributions[offset + column] as number)
  }
  return sums
}

/** @param absolute feature → sum of |contribution| over `rows` rows. Most important first. */
export function importanceOf(
  project: Project,
  absolute: Readonly<Record<string, number>>,
  rows: number,
): Importance[] {
  const sum = project.features.reduce((all, { name }) => all + (absolute[name] ?? 0), 0)
  return project.features
    .map(({ name, label }) => ({
      feature: name,
      label,
      meanAbsShap: rows === 0 ? 0 : (absolute[name] ?? 0) / rows,
      share: sum > 0 ? (absolute[name] ?? 0) / sum : 0,
    }))
    .sort((a, b) => b.share - a.share || (a.feature < b.feature ? -1 : 1))
}

/** Each feature's share divided equally among the source columns that it is computed from. */
export function sourceImportance(
  project: Project,
  importance: readonly Importance[],
): Record<string, number> {
  const shares = new Map(importance.map(({ feature, share }) => [feature, share]))
  const bySource: Record<string, number> = {}
  for (const { name, from } of project.features)
    for (const column of from)
      bySource[column] = (bySource[column] ?? 0) + (shares.get(name) ?? 0) / from.length
  return bySource
}
