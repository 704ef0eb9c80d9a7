/** Infers the type of each column from all of its cells: a sample would type a table by its first rows and fail late. */
import { columnSchema, type SourceColumn } from '../project.ts'
import { cellName, typedSql } from './typed-columns.ts'

const candidates = ['integer', 'number', 'timestamp'] as const

/** Answer columns per column of the file: `present_<i>`, and for each type the cells that are readable as it. */
export function inferenceSql(columns: number): string {
  const counted = Array.from({ length: columns }, (_, at) => {
    const cell = cellName(at)
    return [
      `count(${cell})::DOUBLE AS present_${at}`,
      ...candidates.map((type) => `count(${typedSql(type, cell)})::DOUBLE AS ${type}_${at}`),
    ].join(', ')
  })
  return `SELECT ${counted.join(',\n')} FROM cells`
}

/**
 * A column is of a type when every cell that is not missing is readable as it; otherwise, and when all are missing, it
 * is a category. Nothing is refused: every column may be missing, none has bounds.
 */
export function inferColumns(names: readonly string[], answer: (name: string) => number): SourceColumn[] {
  return names.map((name, at) => {
    const present = answer(`present_${at}`)
    const type = candidates.find((each) => present > 0 && answer(`${each}_${at}`) === present) ?? 'category'
    return columnSchema.parse({ name, type, nullable: true })
  })
}
