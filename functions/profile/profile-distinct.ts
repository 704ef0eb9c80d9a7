/** Profiles a column whose distinct cells are all known. */
import {
  categoryType,
  numericType,
  type PlannedColumn,
  ruleSummary,
  type TableOptions,
} from './column-plan.ts'
import {
  ascendingNumbers,
  brokenRules,
  cellHashes,
  type DistinctValues,
  levelsOf,
  rowsOf,
  smallest,
} from './distinct-values.ts'
import { maxLevels } from './numeric-column.ts'
import type { ProfileColumn } from './profile.ts'
import { hashOf } from './smallest-hashes.ts'
import { summariseLevels, summariseNumeric } from './summarise-column.ts'

/** The profile of a column from its distinct cells. */
export function profileDistinct(
  planned: PlannedColumn,
  distinct: DistinctValues,
  { part, exact = false }: Pick<TableOptions, 'part' | 'exact'>,
): ProfileColumn {
  const { column, kind } = planned
  const { type } = column
  const broken = brokenRules(column, distinct)
  const base = ruleSummary(broken, part.index)
  const count = rowsOf(distinct) - broken.nulls - broken.unreadable
  if (kind === 'opaque') return { ...base, kind, type, count, smallestHashes: cellHashes(distinct) }
  if (kind === 'category') {
    const levels = levelsOf(distinct)
    const size = levels.length
    return {
      ...base,
      kind,
      type: categoryType(type),
      ...summariseLevels(levels, { count, size, exact }),
      ...(exact || size <= maxLevels ? {} : { smallestHashes: cellHashes(distinct) }),
    }
  }
  const weighted = ascendingNumbers(distinct)
  return {
    ...base,
    kind,
    type: numericType(type),
    ...summariseNumeric(weighted, planned.numbers),
    ...(exact || weighted.values.length <= maxLevels
      ? {}
      : { smallestHashes: smallest(Array.from(weighted.values, hashOf)) }),
  }
}
