/** Compares a categorical column of a batch with the baseline's: frequent levels, "other", null, and unseen levels. */
import type { CategoryColumn } from '../profile/profile.ts'
import { strongestCell } from './cell-tests.ts'
import { chiSquared } from './chi-squared.ts'
import { type DesignEffects, independent, inOneCell } from './design-effect.ts'
import type { DriftShape } from './drift.ts'
import { jensenShannon } from './jensen-shannon.ts'
import type { PairedCounts } from './paired-counts.ts'
import { populationStability } from './population-stability.ts'
import type { Evidence, UnseenLevels } from './verdict.ts'

/** Levels that are cells of their own: at least this share of the baseline's rows, and at most so many. */
const minimumShare = 0.005
const maximumLevels = 50

/** A level that the baseline hardly knew and that makes up so much of the batch is no longer an "other". */
const suddenShare = 0.02

export function compareCategorical(
  baseline: CategoryColumn,
  current: CategoryColumn,
  effects: DesignEffects = independent,
): Evidence {
  const known = frequentLevels(baseline)
  const names = [...known, ...suddenLevels(current, known)]
  const paired = pairLevels(baseline, current, names)
  const divergence = jensenShannon(paired, effects)
  // Which cells are tested must not depend on the batch.
  const test = chiSquared(pairLevels(baseline, current, known), effects)
  const unseen = unseenLevels(baseline, current)
  const cell =
    divergence === null
      ? null
      : strongestCell(pairLevels(baseline, current, allLevels(baseline, current)), inOneCell(effects))
  const [some, now] = [baseline.count > 0, current.count > 0]
  const unfilled = some
    ? 'the batch has no value'
    : now
      ? 'the baseline has no value'
      : 'neither side has a value'
  const reasons = [
    ...(some && now ? [] : [unfilled]),
    ...(some && now && test === null
      ? ['no two cells expect 5 rows on both sides, so that only single levels can be tested']
      : []),
    ...(some && now && unseen === null
      ? ['more levels than a profile lists, so that unseen ones cannot be told']
      : []),
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
    // Two tests, hence twice the smaller.
    pValue: cell === null ? null : Math.min(1, 2 * Math.min(test?.pValue ?? 1, cell)),
    ...(unseen === null ? {} : { unseen }),
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    baseline: shape(names, paired.baseline),
    current: shape(names, paired.current),
  }
}

function frequentLevels(baseline: CategoryColumn): string[] {
  const rows = baseline.count + missingOf(baseline)
  return baseline.levels
    .slice(0, maximumLevels)
    .filter(([, count]) => count >= minimumShare * rows)
    .map(([level]) => level)
}

function suddenLevels(current: CategoryColumn, known: readonly string[]): string[] {
  const rows = current.count + missingOf(current)
  const names = new Set(known)
  return current.levels
    .filter(([level, count]) => !names.has(level) && count >= suddenShare * rows)
    .map(([level]) => level)
}

const allLevels = (baseline: CategoryColumn, current: CategoryColumn): string[] => [
  ...new Set([...baseline.levels, ...current.levels].map(([level]) => level)),
]

/** The cells are the named levels, then "other", then null. */
function pairLevels(
  baseline: CategoryColumn,
  current: CategoryColumn,
  names: readonly string[],
): PairedCounts {
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
  return { baseline: counts(baseline), current: counts(current) }
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
