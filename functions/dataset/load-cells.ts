/** SQL that loads a file into the table `cells`: `row_number` from 1, and every column as text, missing as null. */
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
}

export function loadCellsSql({ file, format, header, delimiter, hasHeader, nullTokens }: CellSource): string {
  const path = quoteText(file)
  if (format === 'parquet') {
    const selected = header.map((_, at) => cellName(at)).join(', ')
    return `CREATE TABLE cells AS SELECT row_number() OVER () AS row_number, ${selected}
      FROM (${parquetCellsSql(path, header, nullTokens)})`
  }
  const columns = header.map((_, at) => `'${cellName(at)}': 'VARCHAR'`)
  // The scan has refused whatever breaks RFC 4180; strict mode would refuse mixed line ends on top.
  return `CREATE TABLE cells AS SELECT row_number() OVER () AS row_number, * FROM read_csv(${path},
    auto_detect = false, header = ${hasHeader}, delim = ${quoteText(delimiter ?? ',')}, quote = '"', escape = '"',
    strict_mode = false, null_padding = false, nullstr = [${missing(nullTokens)}],
    max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, columns = {${columns.join(', ')}})`
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
