/** Profiles the columns of an open part: few distinct cells are listed together, many are read row by row. */
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import { together } from '../together.ts'
import {
  categoryType,
  listedSql,
  numberSql,
  numericType,
  type PlannedColumn,
  planColumns,
  ruleSummary,
  type TableOptions,
} from './column-plan.ts'
import { listDistinct } from './distinct-store.ts'
import {
  ascendingNumbers,
  brokenRules,
  cellHashes,
  type DistinctValues,
  levelsOf,
  smallest,
  valueStates,
} from './distinct-values.ts'
import { maxLevels } from './numeric-column.ts'
import type { ProfileColumn } from './profile.ts'
import { hashOf } from './smallest-hashes.ts'
import { summariseLevels, summariseNumeric } from './summarise-column.ts'
import { profileWide } from './wide-column-store.ts'
import { findWide, readNumbers } from './wide-store.ts'

/** Parts of at most so many rows are listed whole: there is nothing to save. */
const alwaysListedRows = 4_096

export interface ProfiledColumns {
  /** By name, in the contract's order. */
  readonly columns: Record<string, ProfileColumn>
  /** A value per row of the columns that are paired, NaN where there is none. */
  readonly numbers: ReadonlyMap<string, Float64Array>
}

/** @param options.paired names of the columns whose numbers are wanted afterwards. */
export async function profileColumns(
  { database, header }: OpenPart,
  options: TableOptions & { readonly rows: number; readonly paired: ReadonlySet<string> },
): Promise<ProfiledColumns> {
  const { rows, paired, exact = false } = options
  const planned = planColumns(options, header)
  const isWide = rows <= alwaysListedRows ? [] : await findWide(database, planned)
  const narrow = planned
    .map((column, place) => ({ column, limit: isWide[place] ? 0 : listingLimit(column, rows) }))
    .filter(({ limit }) => limit > 0)
  const found = new Map<PlannedColumn, ProfileColumn>()
  const numbers = new Map<string, Float64Array>()
  const list = async () => {
    const listed = await listDistinct(
      database,
      narrow.map(({ column, limit }) => listedSql(column, limit)),
      { table: 'cells', rowNumber: 'row_number' },
    )
    const unread: { name: string; sql: string }[] = []
    for (const [place, distinct] of listed.entries()) {
      const column = narrow[place]?.column
      if (column === undefined || distinct === undefined) continue
      found.set(column, profileListed(column, distinct, options))
      const { name } = column.column
      if (paired.has(name)) unread.push({ name, sql: knownNumberSql(column, distinct) })
    }
    const queries = unread.map(({ sql }) => sql)
    let place = 0
    for await (const byRow of readNumbers(database, queries, rows)) {
      const name = unread[place++]?.name
      if (name !== undefined) numbers.set(name, byRow)
    }
  }
  const readByRow = async (wide: readonly PlannedColumn[]) => {
    const profiled = await profileWide(database, wide, {
      rows,
      exact,
      part: options.part.index,
      onRows: (name, byRow) => void (paired.has(name) && numbers.set(name, byRow)),
    })
    for (const [place, column] of wide.entries()) {
      const profile = profiled[place]
      if (profile !== undefined) found.set(column, profile)
    }
  }
  const listable = new Set(narrow.map(({ column }) => column))
  await together([list(), readByRow(planned.filter((column) => !listable.has(column)))])
  await readByRow(planned.filter((column) => !found.has(column)))
  const columns = planned.flatMap((column) => {
    const profile = found.get(column)
    return profile === undefined ? [] : [[column.column.name, profile] as const]
  })
  return { columns: Object.fromEntries(columns), numbers }
}

/** A list is dearer than its rows where most cells are distinct; opaque cells are not brought here without need. */
function listingLimit({ kind, column }: PlannedColumn, rows: number): number {
  if (rows <= alwaysListedRows) return Math.max(rows, 1)
  if (kind === 'numeric') return Math.max(alwaysListedRows, rows >> 2)
  if (kind === 'opaque') return 0
  return column.type === 'boolean' ? rows : maxLevels
}

function profileListed(
  planned: PlannedColumn,
  distinct: DistinctValues,
  { part, exact = false }: TableOptions,
): ProfileColumn {
  const { column, kind } = planned
  const { type } = column
  const broken = brokenRules(column, distinct)
  const base = ruleSummary(broken, part.index)
  const count = distinct.counts.reduce((sum, each) => sum + each, 0) - broken.nulls - broken.unreadable
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

/** Cells that were all found readable need not be checked again, row by row. */
function knownNumberSql({ column: { type }, at }: PlannedColumn, { states }: DistinctValues): string {
  const cell = cellName(at)
  return states.includes(valueStates.unreadable)
    ? numberSql(type, typedSql(type, cell))
    : `TRY_CAST(${cell} AS DOUBLE)`
}
