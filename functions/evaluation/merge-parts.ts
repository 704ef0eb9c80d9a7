/** Puts the parts of an evaluation together: arrays end to end, sums added, entities numbered anew. */
import type { EvaluationPart } from './evaluation-part.ts'

export interface MergedParts {
  readonly calibration: {
    readonly labels: Float64Array
    readonly scores: Float64Array
    readonly meanMargin: number
  }
  readonly labels: Float64Array
  readonly scores: Float64Array
  /** Present when every part with rows has them. */
  readonly championScores: Float64Array | undefined
  /** Dense code per row, 0 to entityCount − 1. */
  readonly entities: Int32Array
  readonly entityCount: number
  /** Seconds since 1970, NaN where unknown; present when every part with rows has them. */
  readonly times?: Float64Array | undefined
  readonly groups: Readonly<Record<string, { levels: (string | null)[]; codes: Int32Array }>>
  readonly importance: EvaluationPart['importance']
  readonly simple: EvaluationPart['simple']
  readonly examples: EvaluationPart['examples']
}

export function mergeParts(parts: readonly EvaluationPart[]): MergedParts {
  const tested = parts.filter(({ test }) => test.labels.length > 0)
  const calibrationLabels = joined(parts, ({ calibration }) => calibration.labels)
  const marginSum = parts.reduce((sum, { calibration }) => sum + calibration.marginSum, 0)
  const withChampion = tested.length > 0 && tested.every(({ test }) => test.championScores !== undefined)
  return {
    calibration: {
      labels: calibrationLabels,
      scores: joined(parts, ({ calibration }) => calibration.scores),
      meanMargin: calibrationLabels.length === 0 ? 0 : marginSum / calibrationLabels.length,
    },
    labels: joined(tested, ({ test }) => test.labels),
    scores: joined(tested, ({ test }) => test.scores),
    championScores: withChampion ? joined(tested, ({ test }) => test.championScores ?? []) : undefined,
    ...numberEntities(tested),
    times:
      tested.length > 0 && tested.every(({ test }) => test.times !== undefined)
        ? joined(tested, ({ test }) => (test.times ?? []).map((time) => time ?? Number.NaN))
        : undefined,
    groups: mergeGroups(tested),
    importance: mergeImportance(parts),
    simple: mergeSimple(parts),
    examples: parts.flatMap(({ examples }) => examples),
  }
}

function joined(
  parts: readonly EvaluationPart[],
  pick: (part: EvaluationPart) => readonly number[],
): Float64Array {
  const lists = parts.map(pick)
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all
}

function numberEntities(parts: readonly EvaluationPart[]): { entities: Int32Array; entityCount: number } {
  const hashes = joined(parts, ({ test }) => test.entities)
  const codes = new Map<number, number>()
  const entities = Int32Array.from(hashes, (hash) => {
    const known = codes.get(hash)
    if (known !== undefined) return known
    codes.set(hash, codes.size)
    return codes.size - 1
  })
  return { entities, entityCount: codes.size }
}

function mergeGroups(parts: readonly EvaluationPart[]): MergedParts['groups'] {
  const columns = [...new Set(parts.flatMap(({ test }) => Object.keys(test.groups)))]
  return Object.fromEntries(
    columns.map((column) => {
      const places = new Map<string | null, number>()
      const codes = parts.flatMap(({ test }) => {
        const group = test.groups[column]
        if (group === undefined) return []
        return group.codes.map((code) => {
          const level = group.levels[code] ?? null
          const place = places.get(level) ?? places.size
          places.set(level, place)
          return place
        })
      })
      return [column, { levels: [...places.keys()], codes: Int32Array.from(codes) }]
    }),
  )
}

function mergeImportance(parts: readonly EvaluationPart[]): EvaluationPart['importance'] {
  const absolute: Record<string, number> = {}
  for (const { importance } of parts)
    for (const [feature, sum] of Object.entries(importance.absolute))
      absolute[feature] = (absolute[feature] ?? 0) + sum
  return { rows: parts.reduce((sum, { importance }) => sum + importance.rows, 0), absolute }
}

function mergeSimple(parts: readonly EvaluationPart[]): EvaluationPart['simple'] {
  const merged: EvaluationPart['simple'] = {}
  for (const { simple } of parts)
    for (const [feature, counts] of Object.entries(simple)) {
      const known = merged[feature]
      merged[feature] =
        known === undefined
          ? counts
          : {
              calibration: addCounts(known.calibration, counts.calibration),
              test: addCounts(known.test, counts.test),
            }
    }
  return merged
}

type Counts = EvaluationPart['simple'][string]['test']

const addCounts = (a: Counts, b: Counts): Counts => ({
  rows: a.rows.map((count, bin) => count + (b.rows[bin] ?? 0)),
  positives: a.positives.map((count, bin) => count + (b.positives[bin] ?? 0)),
})
