/** Reads numeric columns row by row to see how they move together. */
import { type CheckedColumn, checkedColumns } from '../dataset/rules-sql.ts'
import { cellName } from '../dataset/typed-columns.ts'
import { type Database, textsOf } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { coMomentsOf, pairedColumns } from './co-moments.ts'
import type { KnownNumbers } from './column-store.ts'
import type { CoMoment } from './profile.ts'

/** Values held at once: 160 MB. */
const maxPairedValues = 20_000_000
/** Texts read at once. */
const textsAtOnce = 2_097_152

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
  const coded: { name: string; at: number; byCell: ReadonlyMap<string, number> }[] = []
  for (const { column, at } of paired) {
    const numbers = known.get(column.name)
    if (numbers === undefined) throw new TypeError('a paired column was not profiled')
    if ('byRow' in numbers) byRow.set(column.name, numbers.byRow)
    else coded.push({ name: column.name, at, byCell: numbers.byCell })
  }
  const atOnce = Math.max(1, Math.floor(textsAtOnce / Math.max(rows, 1)))
  for (let start = 0; start < coded.length; start += atOnce) {
    const some = coded.slice(start, start + atOnce)
    const answer = await database.columns(
      `SELECT ${some.map(({ at }) => cellName(at)).join(', ')} FROM cells`,
    )
    for (const { name, at, byCell } of some) {
      const texts = textsOf(answer.columns[cellName(at)])
      const numbers = new Float64Array(texts.length)
      for (const [row, text] of texts.entries())
        numbers[row] = text === null ? Number.NaN : (byCell.get(text) ?? Number.NaN)
      byRow.set(name, numbers)
    }
  }
  return coMomentsOf(
    paired.map(({ column: { name } }) => [name, byRow.get(name) ?? new Float64Array(rows).fill(Number.NaN)]),
  )
}
