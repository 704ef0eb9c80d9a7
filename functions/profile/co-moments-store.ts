/** Reads numeric columns row by row to see how they move together. */
import { type CheckedColumn, checkedColumns } from '../dataset/rules-sql.ts'
import type { Database } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { coMomentsOf, pairedColumns } from './co-moments.ts'
import type { KnownNumbers } from './column-store.ts'
import type { CoMoment } from './profile.ts'
import { readNumbers } from './wide-store.ts'

/** Values held at once: 160 MB. */
const maxPairedValues = 20_000_000

/** The columns that are paired: as many as their rows leave memory for. */
export function pairable(
  columns: readonly SourceColumn[],
  header: readonly string[],
  rows: number,
): CheckedColumn[] {
  const numeric = checkedColumns(columns, header)
    .filter(({ column: { type, phi } }) => (type === 'integer' || type === 'number') && phi !== 'direct')
    .slice(0, Math.min(pairedColumns, Math.floor(maxPairedValues / Math.max(rows, 1))))
  return numeric.length < 2 ? [] : numeric
}

/** @param known of every paired column. */
export async function readCoMoments(
  database: Database,
  paired: readonly CheckedColumn[],
  known: ReadonlyMap<string, KnownNumbers>,
  rows: number,
): Promise<CoMoment[]> {
  const byRow = new Map<string, Float64Array>()
  const unread: { name: string; sql: string }[] = []
  for (const { column } of paired) {
    const numbers = known.get(column.name)
    if (numbers === undefined) throw new TypeError('a paired column was not profiled')
    if ('byRow' in numbers) byRow.set(column.name, numbers.byRow)
    else unread.push({ name: column.name, sql: numbers.sql })
  }
  const read = readNumbers(
    database,
    unread.map(({ sql }) => sql),
    rows,
  )
  let place = 0
  for await (const numbers of read) byRow.set(unread[place++]?.name ?? '', numbers)
  return coMomentsOf(
    paired.map(({ column: { name } }) => [name, byRow.get(name) ?? new Float64Array(rows).fill(Number.NaN)]),
  )
}
