/** Profiles columns of few distinct cells, which are listed together. */
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import type { Database } from '../duckdb-store.ts'
import {
  categoryType,
  listedSql,
  numberSql,
  numericType,
  type PlannedColumn,
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
import { findWide, readNumbers } from './wide-store.ts'

/** Parts of at most so many rows are listed whole: there is nothing to save. */
const alwaysListedRows = 4_096

export interface ListableColumn {
  readonly planned: PlannedColumn
  /** With more distinct cells it is not listed. */
  readonly limit: number
}

/** @returns those whose distinct cells seem to be few. */
export async function listableColumns(
  database: Database,
  planned: readonly PlannedColumn[],
  rows: number,
): Promise<ListableColumn[]> {
  const isWide = rows <= alwaysListedRows ? [] : await findWide(database, planned)
  return planned
    .map((column, place) => ({ planned: column, limit: isWide[place] ? 0 : listingLimit(column, rows) }))
    .filter(({ limit }) => limit > 0)
}

/**
 * @param options.paired names of the columns of which `onRows` receives a value per row, NaN where there is none.
 * @returns the columns whose distinct cells are few indeed.
 */
export async function profileListed(
  database: Database,
  columns: readonly ListableColumn[],
  options: TableOptions & {
    readonly rows: number
    readonly paired: ReadonlySet<string>
    onRows(name: string, rows: Float64Array): void
  },
): Promise<Map<PlannedColumn, ProfileColumn>> {
  const found = new Map<PlannedColumn, ProfileColumn>()
  const listed = await listDistinct(
    database,
    columns.map(({ planned, limit }) => listedSql(planned, limit)),
    { table: 'cells', rowNumber: 'row_number' },
  )
  const unread: { name: string; sql: string }[] = []
  for (const [place, distinct] of listed.entries()) {
    const planned = columns[place]?.planned
    if (planned === undefined || distinct === undefined) continue
    found.set(planned, profileOf(planned, distinct, options))
    const { name } = planned.column
    if (options.paired.has(name)) unread.push({ name, sql: knownNumberSql(planned, distinct) })
  }
  const queries = unread.map(({ sql }) => sql)
  let place = 0
  for await (const byRow of readNumbers(database, queries, options.rows)) {
    const name = unread[place++]?.name
    if (name !== undefined) options.onRows(name, byRow)
  }
  return found
}

/** A list is dearer than its rows where most cells are distinct; opaque cells are not brought here without need. */
function listingLimit({ kind, column }: PlannedColumn, rows: number): number {
  if (rows <= alwaysListedRows) return Math.max(rows, 1)
  if (kind === 'numeric') return Math.max(alwaysListedRows, rows >> 2)
  if (kind === 'opaque') return 0
  return column.type === 'boolean' ? rows : maxLevels
}

function profileOf(
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
