/** SQL that loads a file into the table `cells`: `row_number` from 1, and every column as text, missing as null. */
import { quoteName, quoteText } from '../quote-sql.ts'
import type { Delimiter } from './csv-records.ts'
import { cellName } from './typed-columns.ts'

/** Longest line that is read; a longer one is refused. */
const maxLineBytes = 32 * 1_024 * 1_024

export interface CellSource {
  readonly file: string
  readonly format: 'csv' | 'parquet' | 'jsonl'
  /** Every column of the file, in order. */
  readonly header: readonly string[]
  readonly delimiter?: Delimiter | undefined
  /** CSV: whether the first record of the file is the header. */
  readonly hasHeader: boolean
  /** Cell texts that mean "missing", beside the empty cell. */
  readonly nullTokens: readonly string[]
  /** Parquet: rows of the file to read, from `firstRow` (0-based). */
  readonly firstRow?: number | undefined
  readonly rows?: number | undefined
}

export function loadCellsSql(source: CellSource): string {
  const missing = [...new Set(['', ...source.nullTokens])].map(quoteText)
  const path = quoteText(source.file)
  if (source.format === 'csv') {
    const columns = source.header.map((_, at) => `'${cellName(at)}': 'VARCHAR'`)
    // The scan has refused whatever breaks RFC 4180; strict mode would refuse mixed line ends on top.
    const reader = `read_csv(${path}, auto_detect = false, header = ${source.hasHeader}, delim = ${quoteText(
      source.delimiter ?? ',',
    )}, quote = '"', escape = '"', strict_mode = false, null_padding = false, nullstr = [${missing.join(', ')}],
      max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, columns = {${columns.join(', ')}})`
    return `CREATE TABLE cells AS SELECT row_number() OVER () AS row_number, * FROM ${reader}`
  }
  const selected = source.header.map((name, at) => {
    const text = `CAST(${quoteName(name)} AS VARCHAR)`
    return `CASE WHEN ${text} IN (${missing.join(', ')}) THEN NULL ELSE ${text} END AS ${cellName(at)}`
  })
  if (source.format === 'jsonl') {
    const columns = source.header.map((name) => `${quoteText(name)}: 'VARCHAR'`)
    const reader = `read_json(${path}, format = 'newline_delimited', columns = {${columns.join(', ')}})`
    return `CREATE TABLE cells AS SELECT row_number() OVER () AS row_number, ${selected.join(', ')} FROM ${reader}`
  }
  const first = source.firstRow ?? 0
  const last = source.rows === undefined ? '' : ` AND file_row_number < ${first + source.rows}`
  return `CREATE TABLE cells AS SELECT row_number() OVER () AS row_number, ${selected.join(', ')}
    FROM read_parquet(${path}, file_row_number = true) WHERE file_row_number >= ${first}${last}`
}
