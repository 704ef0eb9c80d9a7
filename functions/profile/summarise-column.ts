/** Summaries of a column from its distinct values: the parts of a profile that kind and rules do not decide. */

import type { WeightedNumbers } from './distinct-values.ts'
import { exactCells, exactOf } from './exact.ts'
import { countCells, maxLevels, type NumericSummary, summariseNumbers } from './numeric-column.ts'
import type { CategoryColumn, NumericColumn } from './profile.ts'

export interface NumberOptions {
  /** Of the sketch, should the values be too many to be listed; @default their median */
  readonly origin?: number | undefined
  /** Where counts in a baseline's cells are wanted. */
  readonly edges?: readonly number[] | undefined
  /** These are all values there are: what merging could not keep is read off too. */
  readonly exact?: boolean | undefined
}

/** The smallest hashes are the caller's affair: they are wanted where values are too many to be listed. */
export function summariseNumeric(
  { values, counts }: WeightedNumbers,
  { origin, edges, exact = false }: NumberOptions,
): NumericSummary & Pick<NumericColumn, 'cells' | 'exact'> {
  const summary = summariseNumbers(values, counts, origin ?? values[values.length >> 1] ?? 0)
  const cells =
    edges !== undefined
      ? countCells(edges, values, counts)
      : exact
        ? exactCells(values, counts, summary.count)
        : undefined
  return {
    ...summary,
    ...(cells === undefined ? {} : { cells }),
    ...(exact ? { exact: exactOf(values, counts) } : {}),
  }
}

/** @param levels most frequent first, at least the listed ones. @param size how many levels there are. */
export function summariseLevels(
  levels: readonly [string, number][],
  { count, size, exact = false }: { count: number; size: number; exact?: boolean | undefined },
): Pick<CategoryColumn, 'count' | 'levels' | 'otherCount' | 'exact'> {
  const listed = levels.slice(0, maxLevels)
  return {
    count,
    levels: listed,
    otherCount: count - listed.reduce((sum, [, each]) => sum + each, 0),
    ...(exact ? { exact: { distinct: size } } : {}),
  }
}
