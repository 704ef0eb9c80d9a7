/** Compares a categorical column of a batch with the baseline's: frequent levels, "other", null, and unseen levels. */
import type { CategoryColumn } from '../profile/profile.ts'
import { chiSquared } from './chi-squared.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import type { DriftShape } from './drift.ts'
import { jensenShannon } from './jensen-shannon.ts'
import type { PairedCounts } from './paired-counts.ts'
import { populationStability } from './population-stability.ts'
import type { Evidence, UnseenLevels } from './verdict.ts'

/** Levels that are cells of their own: at least this share of the baseline's rows, and at most so many. */
const minimumShare = 0.005
const maximumLevels = 50

export function compareCategorical(
  baseline: CategoryColumn,
  current: CategoryColumn,
  effects: DesignEffects = independent,
): Evidence {
  const { names, paired } = pairLevels(baseline, current)
  const divergence = jensenShannon(paired, effects)
  const test = chiSquared(paired, effects)
  const unseen = unseenLevels(baseline, current)
  const reasons = [
    ...(test === null ? ['no two cells expect 5 rows on both sides'] : []),
    ...(unseen === null ? ['more levels than a profile lists, so that unseen ones cannot be told'] : []),
  ]
  return {
    statistics: {
      psi: populationStability(paired),
      jensenShannon: divergence?.distance ?? null,
      chiSquared: test?.statistic ?? null,
      pValue: test?.pValue ?? null,
      unseenShare: unseen?.share ?? null,
    },
    effect: divergence?.corrected ?? null,
    pValue: test?.pValue ?? null,
    ...(unseen === null ? {} : { unseen }),
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    baseline: shape(names, paired.baseline),
    current: shape(names, paired.current),
  }
}

/** Level names in cell order, then "other", then null. */
function pairLevels(
  baseline: CategoryColumn,
  current: CategoryColumn,
): { names: string[]; paired: PairedCounts } {
  const rows = baseline.count + missingOf(baseline)
  const kept = baseline.levels.slice(0, maximumLevels).filter(([, count]) => count >= minimumShare * rows)
  const names = kept.map(([level]) => level)
  const place = new Map(names.map((level, at) => [level, at]))
  const counts = (column: CategoryColumn) => {
    const cells = new Float64Array(names.length + 2)
    cells[names.length] = column.otherCount
    cells[names.length + 1] = missingOf(column)
    for (const [level, count] of column.levels) {
      const at = place.get(level) ?? names.length
      cells[at] = (cells[at] as number) + count
    }
    return cells
  }
  return { names, paired: { baseline: counts(baseline), current: counts(current) } }
}

export const missingOf = (column: { nulls: number; unreadable: number }) => column.nulls + column.unreadable

/**
 * Share of the batch's values whose level the baseline never held, and the share to expect of another sample of the
 * same population: that of levels seen once (Good 1953). Null where a profile lists too few levels to tell.
 */
function unseenLevels(baseline: CategoryColumn, current: CategoryColumn): UnseenLevels | null {
  if (baseline.otherCount > 0 || current.otherCount > 0 || current.count === 0) return null
  const seen = new Set(baseline.levels.map(([level]) => level))
  let unseen = 0
  for (const [level, count] of current.levels) if (!seen.has(level)) unseen += count
  const singletons = baseline.levels.filter(([, count]) => count === 1).length
  return {
    share: unseen / current.count,
    expected: baseline.count === 0 ? 1 : singletons / baseline.count,
    rows: current.count,
  }
}

function shape(names: readonly string[], counts: Float64Array): DriftShape {
  const named = names.map((level, at) => ({ level, other: false, count: counts[at] as number }))
  return {
    type: 'levels',
    levels: [
      ...named,
      { level: 'other', other: true, count: counts[names.length] as number },
      { level: null, other: false, count: counts[names.length + 1] as number },
    ],
  }
}
