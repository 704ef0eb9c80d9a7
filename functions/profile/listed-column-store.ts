/** Profiles columns of few distinct cells, which are listed together. */
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import type { Database } from '../duckdb-store.ts'
import { listedSql, numberSql, type PlannedColumn, type TableOptions } from './column-plan.ts'
import { listDistinct } from './distinct-store.ts'
import { type DistinctValues, valueStates } from './distinct-values.ts'
import { maxLevels } from './numeric-column.ts'
import type { ProfileColumn } from './profile.ts'
import { profileDistinct } from './profile-distinct.ts'
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
    found.set(planned, profileDistinct(planned, distinct, options))
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

/** Cells that were all found readable need not be checked again, row by row. */
function knownNumberSql({ column: { type }, at }: PlannedColumn, { states }: DistinctValues): string {
  const cell = cellName(at)
  return Array.from(states).includes(valueStates.unreadable)
    ? numberSql(type, typedSql(type, cell))
    : `TRY_CAST(${cell} AS DOUBLE)`
}
