/** Infers the type of each column from all of its cells: a sample would type a table by its first rows and fail late. */
import type { SourceColumn } from '../project.ts'
import { quoteText } from '../quote-sql.ts'
import { cellName, typedSql } from './typed-columns.ts'

const candidates = ['integer', 'number', 'timestamp'] as const

type Candidate = (typeof candidates)[number]

/** Rows of the sample that tells early what a column is not. */
const sampledRows = 256

/** How many cells of a column are there, and how many of them are readable as each type. */
export type Readable = Readonly<Record<'present' | Candidate, number>> & {
  /** Several whole numbers of the column are one and the same double. */
  readonly merged?: boolean
}

/**
 * The same answer as `inferenceSql` gives, over a sample spread over all rows; `timestamp` counts the cells alone that
 * are no numbers. All columns stand below each other: planning an expression per column would take longer.
 */
export function sampleSql(places: readonly number[], rows: number): string {
  const step = Math.max(1, Math.floor(rows / sampledRows))
  const number = typedSql('number', 'cell')
  // What is no time takes long to be found out, and numbers are none.
  const timestamp = `CASE WHEN ${number} IS NULL THEN ${typedSql('timestamp', 'cell')} END`
  return `SELECT place::DOUBLE AS place, count(cell)::DOUBLE AS present,
      count(${typedSql('integer', 'cell')})::DOUBLE AS integer, count(${number})::DOUBLE AS number,
      count(${timestamp})::DOUBLE AS timestamp
    FROM (SELECT unnest([${places.join(', ')}]) AS place, unnest([${places.map(cellName).join(', ')}]) AS cell
      FROM (SELECT * FROM cells WHERE row_number % ${step} = 0 LIMIT ${sampledRows}))
    GROUP BY place`
}

/**
 * Whole numbers beyond 2^53, as texts: two of them may be one double, and then they are names (of an account, of a post),
 * whose figures would be wrong without a sign of it.
 */
const beyondDouble = '-?[1-9][0-9]{15,}'

/** One row per column of the file, over all of its cells: `place`, `present`, and one per type. */
export function inferenceSql(places: readonly number[]): string {
  const counted = candidates.map(
    (type) => `coalesce(sum(n) FILTER (${typedSql(type, 'cell')} IS NOT NULL), 0)::DOUBLE AS ${type}`,
  )
  const large = `FILTER (regexp_full_match(cell, ${quoteText(beyondDouble)}))`
  const merged = `count(*) ${large} > count(DISTINCT TRY_CAST(cell AS DOUBLE)) ${large}`
  const each = places.map(
    (at) => `SELECT ${at}::DOUBLE AS place, coalesce(sum(n), 0)::DOUBLE AS present, ${counted.join(', ')},
        (CASE WHEN ${merged} THEN 1 ELSE 0 END)::DOUBLE AS merged
      FROM (SELECT ${cellName(at)} AS cell, count(*) AS n FROM cells GROUP BY cell) WHERE cell IS NOT NULL`,
  )
  return each.join('\nUNION ALL ')
}

/**
 * A column is of a type when every cell that is not missing is readable as it; otherwise, when all are missing, and when
 * its numbers could not be told apart, it is a category.
 */
export const inferType = (readable: Readable): Candidate | 'category' =>
  readable.merged === true
    ? 'category'
    : (candidates.find((type) => readable.present > 0 && readable[type] === readable.present) ?? 'category')

/** Nothing is refused: every column may be missing, none has bounds. */
export const inferredColumn = (name: string, type: SourceColumn['type']): SourceColumn => ({
  ...{ name, type, nullable: true, outcome: false },
  ...{ phi: 'none', phiReviewed: false, description: '' },
})
