/** SQL that loads a file as `cells`: `row_number` from 1, and every column as text, missing as null. */
import { quoteText } from '../quote-sql.ts'
import type { Delimiter } from './csv-records.ts'
import { cellName } from './typed-columns.ts'

/** Longest line that is read: twice the longest record, since one that is written anew may have every quote doubled. */
const maxLineBytes = 34 * 1_024 * 1_024

export interface CellSource {
  readonly file: string
  readonly format: 'csv' | 'parquet'
  /** Every column of the file, in order. */
  readonly header: readonly string[]
  readonly delimiter?: Delimiter | undefined
  /** CSV: whether the first record of the file is the header. */
  readonly hasHeader: boolean
  /** Cell texts that mean "missing", beside the empty cell. */
  readonly nullTokens: readonly string[]
  /** CSV: bytes of the longest line that is taken; two are held at a time. @default the longest that a plan lets pass */
  readonly longestLine?: number | undefined
}

export interface CellsSql {
  /** Statements that each load a table, to be run at the same time. */
  readonly tables: readonly string[]
  /** Tells how many rows each table has: they are equal, or the file was misread. */
  readonly count: string
  /** Makes `cells` where they are several. */
  readonly view?: string
}

/** @param atOnce how many tables share the columns; `cells` is a view of several, from which no row can be deleted */
export function loadCellsSql(source: CellSource, atOnce: number): CellsSql {
  const columns = source.header.map((_, at) => cellName(at))
  const width = Math.ceil(columns.length / atOnce)
  const shares = Array.from({ length: Math.ceil(columns.length / width) }, (_, share) => ({
    name: atOnce === 1 ? 'cells' : `cells_${share}`,
    selected: [
      ...(share === 0 ? ['row_number() OVER () AS row_number'] : []),
      ...columns.slice(share * width, (share + 1) * width),
    ],
  }))
  const names = shares.map(({ name }) => name)
  const counted = names.map((name) => `(SELECT count(*) FROM ${name})::DOUBLE AS ${name}`)
  return {
    tables: shares.map(
      ({ name, selected }) => `CREATE TABLE ${name} AS SELECT ${selected.join(', ')} FROM ${readSql(source)}`,
    ),
    count: `SELECT ${counted.join(', ')}`,
    ...(atOnce === 1
      ? {}
      : { view: `CREATE VIEW cells AS SELECT * FROM ${names.join(' POSITIONAL JOIN ')}` }),
  }
}

function readSql({
  file,
  format,
  header,
  delimiter,
  hasHeader,
  nullTokens,
  longestLine,
}: CellSource): string {
  const path = quoteText(file)
  if (format === 'parquet') return `(${parquetCellsSql(path, header, nullTokens)})`
  const columns = header.map((_, at) => `'${cellName(at)}': 'VARCHAR'`)
  const line = longestLine ?? maxLineBytes
  // The scan has refused whatever breaks RFC 4180; strict mode would refuse mixed line ends on top.
  return `read_csv(${path},
    auto_detect = false, header = ${hasHeader}, delim = ${quoteText(delimiter ?? ',')}, quote = '"', escape = '"',
    strict_mode = false, null_padding = false, nullstr = [${missing(nullTokens)}],
    max_line_size = ${line}, buffer_size = ${2 * line}, columns = {${columns.join(', ')}})`
}

/** The columns of a Parquet file by their places: names that differ in case only are one name to DuckDB. */
export function parquetCellsSql(
  path: string,
  header: readonly string[],
  nullTokens: readonly string[],
): string {
  const selected = header.map((_, at) => {
    const text = `CAST(v${at} AS VARCHAR)`
    return `CASE WHEN ${text} NOT IN (${missing(nullTokens)}) THEN ${text} END AS ${cellName(at)}`
  })
  const values = header.map((_, at) => `v${at}`).join(', ')
  return `SELECT ${selected.join(', ')} FROM read_parquet(${path}, binary_as_string = true) AS file(${values})`
}

const missing = (nullTokens: readonly string[]) => [...new Set(['', ...nullTokens])].map(quoteText).join(', ')
