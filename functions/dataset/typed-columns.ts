/** SQL that reads cells, which are all text, as the types of the schema contract. */
import type { SourceColumn } from '../project.ts'
import { quoteName, quoteText } from '../quote-sql.ts'

/** How a column is read; part of `SourceColumn`, so that columns without a project can be read too. */
export type ColumnType = SourceColumn['type']

/** Types whose values are numbers: what bounds and correlations are of. */
export const isNumeric = (type: string): type is 'integer' | 'number' =>
  type === 'integer' || type === 'number'

// DuckDB's own casts are laxer than a table should be: they take 0x1F and 1_000, and round 1.5 to an integer.
// A decimal number is [+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? amid white space; beyond that the cast takes what
// holds one of these, which is looked for because that is done in a third of the time of a regular expression.
const notDecimal = ["'_'", 'chr(11)', "'+-'"]
const whole = String.raw`\s*[+-]?[0-9]+(\.0*)?\s*`

// Beyond this the square of a number is infinite, and with it every statistic; not a number of this world either.
const largest = '1e150'

// A cast to TIMESTAMP reads an offset and drops it; one to TIMESTAMPTZ heeds it, but takes longer, so that it is asked where
// there may be one: a plus, or a hyphen behind a colon. It would also take zones by name, some of which are several (BST,
// IST), so that both must read the cell. To cast the instant back would go through ICU's calendar, at five times the time.

/** Expression of the typed value of `cell`, null where it is none. */
export function typedSql(type: ColumnType, cell: string): string {
  switch (type) {
    case 'integer':
      return `CASE WHEN regexp_full_match(${cell}, ${quoteText(whole)}) THEN TRY_CAST(${cell} AS BIGINT) END`
    case 'number': {
      const value = `TRY_CAST(${cell} AS DOUBLE)`
      const lax = notDecimal.map((text) => `contains(${cell}, ${text})`).join(' OR ')
      return `CASE WHEN abs(${value}) < ${largest} AND NOT (${lax}) THEN ${value} END`
    }
    case 'boolean':
      return `TRY_CAST(${cell} AS BOOLEAN)`
    case 'timestamp': {
      const ofPlace = `TRY_CAST(${cell} AS TIMESTAMP)`
      const instant = `make_timestamp(epoch_us(TRY_CAST(${cell} AS TIMESTAMPTZ)))`
      return `CASE WHEN contains(${cell}, '+') OR ${cell} LIKE '%:%-%'
        THEN CASE WHEN ${ofPlace} IS NOT NULL THEN ${instant} END ELSE ${ofPlace} END`
    }
    case 'identifier':
    case 'category':
    case 'text':
      return cell
  }
}

const absent: Record<ColumnType, string> = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  identifier: 'VARCHAR',
  category: 'VARCHAR',
  text: 'VARCHAR',
}

/** Column of the table `cells` that holds the file's column at this place: names of a file never reach the SQL. */
export const cellName = (at: number) => `c${at}`

/** The view `raw` over `cells`: the typed columns of the contract under their names; absent outcomes are null. */
export function rawViewSql(columns: readonly SourceColumn[], header: readonly string[]): string {
  const selected = columns.map((column) => {
    const at = header.indexOf(column.name)
    const value = at < 0 ? `CAST(NULL AS ${absent[column.type]})` : typedSql(column.type, cellName(at))
    return `${value} AS ${quoteName(column.name)}`
  })
  return `CREATE VIEW raw AS SELECT ${selected.join(',\n  ')} FROM cells`
}
