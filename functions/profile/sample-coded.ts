/** The sample that `sampleTable` takes, of a coded table whose rows belong to no entities. */
import { hash } from 'node:crypto'
import type { CodedTable } from '../dataset/coded-table.ts'
import { readCell } from '../dataset/read-cell.ts'
import { checkedColumns } from '../dataset/rules-sql.ts'
import { isNumeric } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'
import { isSampled, type RowSample, sampledRows, sampleGroups } from './row-sample.ts'

/** Hexadecimal digits of a place that a double holds, and those of them that tell the group of a row. */
const [placeDigits, groupDigits] = [13, 8]
const placesPerGroup = 16 ** (placeDigits - groupDigits)

export function sampleCoded(
  table: CodedTable,
  options: {
    readonly columns: readonly SourceColumn[]
    readonly salt: string
    /** Of every numeric column, by code. */
    readonly numbers: ReadonlyMap<string, Float64Array>
  },
): RowSample {
  const places = Float64Array.from({ length: table.rows }, (_, row) =>
    Number.parseInt(hash('md5', `${options.salt}:${row}`, 'hex').slice(0, placeDigits), 16),
  )
  const chosen = first(places, sampledRows)
  const columns = checkedColumns(options.columns, table.header).flatMap(({ column, at }) => {
    const { codes, text } = table.columns[at] ?? {}
    if (codes === undefined || text === undefined || !isSampled(column)) return []
    const numbers = options.numbers.get(column.name)
    const byRow = isNumeric(column.type)
      ? Float64Array.from(chosen, (row) => numbers?.[codes[row] ?? 0] ?? Number.NaN)
      : chosen.map((row) => levelOf(column, text(codes[row] ?? 0)))
    return [[column.name, byRow] as const]
  })
  return {
    rows: chosen.length,
    columns: Object.fromEntries(columns),
    groups: Float64Array.from(
      chosen,
      (row) => Math.floor((places[row] ?? 0) / placesPerGroup) % sampleGroups,
    ),
  }
}

/** A boolean is the same however it is written. */
function levelOf({ type }: SourceColumn, text: string | null): string | null {
  if (type !== 'boolean' || text === null) return text
  const value = readCell(type, text)
  return value === null || value === undefined ? null : String(value === 1)
}

/** The rows whose places come first, in their order. */
function first(places: Float64Array, most: number): number[] {
  const bound = places.toSorted()[most] ?? Number.POSITIVE_INFINITY
  const rows: number[] = []
  for (const [row, place] of places.entries()) if (place < bound) rows.push(row)
  return rows.sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0))
}
