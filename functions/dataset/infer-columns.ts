/** Infers the type of each column from all of its cells: a sample would type a table by its first rows and fail late. */
import { columnSchema, type SourceColumn } from '../project.ts'
import { cellName, typedSql } from './typed-columns.ts'

const candidates = ['integer', 'number', 'timestamp'] as const

/** Answer columns for the file's column at this place: `present`, and for each type the cells that are readable as it. */
export function inferenceSql(at: number): string {
  const counted = candidates.map(
    (type) => `coalesce(sum(n) FILTER (${typedSql(type, 'cell')} IS NOT NULL), 0)::DOUBLE AS ${type}`,
  )
  return `SELECT coalesce(sum(n), 0)::DOUBLE AS present, ${counted.join(', ')}
    FROM (SELECT ${cellName(at)} AS cell, count(*) AS n FROM cells GROUP BY cell) WHERE cell IS NOT NULL`
}

/**
 * A column is of a type when every cell that is not missing is readable as it; otherwise, and when all are missing, it
 * is a category. Nothing is refused: every column may be missing, none has bounds.
 */
export function inferColumn(name: string, answer: (column: string) => number): SourceColumn {
  const present = answer('present')
  const type = candidates.find((each) => present > 0 && answer(each) === present) ?? 'category'
  return columnSchema.parse({ name, type, nullable: true })
}
