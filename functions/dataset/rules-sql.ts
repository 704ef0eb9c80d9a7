/** SQL that counts which rules of the schema contract a column breaks, and where first. */
import type { SourceColumn } from '../project.ts'
import { quoteText } from '../quote-sql.ts'
import { cellName, typedSql } from './typed-columns.ts'

/** The rules of the schema contract that a cell can break. */
export const rules = ['type', 'range', 'level', 'null'] as const
export type Rule = (typeof rules)[number]

/** What a broken rule means, in words. */
export const ruleMeanings: Record<Rule, string> = {
  type: 'no value of its type',
  range: 'out of range',
  level: 'none of its levels',
  null: 'missing where it must not be',
}

export interface CheckedColumn {
  readonly column: SourceColumn
  /** Its place in the file. */
  readonly at: number
}

/** The columns of the contract that the file has. */
export function checkedColumns(columns: readonly SourceColumn[], header: readonly string[]): CheckedColumn[] {
  const places = new Map(header.map((name, at) => [name, at]))
  return columns.flatMap((column) => {
    const at = places.get(column.name)
    return at === undefined ? [] : [{ column, at }]
  })
}

/**
 * The distinct cells of a column: `cell`, its typed value `v` (null where it is none), `n` rows, the first in row `r`.
 * Types are read once per distinct text, which most columns have few of.
 */
export function distinctCellsSql(at: number, type: SourceColumn['type']): string {
  return `SELECT cell, ${typedSql(type, 'cell')} AS v, n, r
    FROM (SELECT ${cellName(at)} AS cell, count(*) AS n, min(row_number) AS r FROM cells GROUP BY cell)`
}

/** The condition over the typed value `v` that breaks the range; undefined where there is none. */
export function outsideSql({ type, min, max }: SourceColumn): string | undefined {
  // A literal is a DECIMAL to DuckDB, which rounds many digits once more on their way to a DOUBLE.
  const literal = (bound: number) => (type === 'number' ? `CAST('${bound}' AS DOUBLE)` : String(bound))
  const bounds = [
    ...(min === undefined ? [] : [`v < ${literal(min)}`]),
    ...(max === undefined ? [] : [`v > ${literal(max)}`]),
  ]
  return bounds.length === 0 ? undefined : bounds.join(' OR ')
}

/** Rule to the condition that breaks it. Every cell breaks one rule at most. */
function conditions(column: SourceColumn): [Rule, string][] {
  const { levels, nullable } = column
  const closed = levels === undefined ? '' : `v NOT IN (${levels.map(quoteText).join(', ')})`
  const all: [Rule, string][] = [
    ['type', 'cell IS NOT NULL AND v IS NULL'],
    ['range', outsideSql(column) ?? ''],
    ['level', closed],
    ['null', nullable ? '' : 'cell IS NULL'],
  ]
  return all.filter(([, condition]) => condition !== '')
}

/**
 * One row over a table of distinct cells: `nulls`, `unreadable`, and `<rule>_count`, `<rule>_row` per rule, the same for
 * every column, so that the rows of several can be put together.
 */
export function rulesSql(column: SourceColumn, distinctCells: string): string {
  const sum = (condition: string) => `coalesce(sum(n) FILTER (${condition}), 0)::DOUBLE`
  const broken = new Map(conditions(column))
  const counted = [
    `${sum('cell IS NULL')} AS nulls`,
    `${sum('cell IS NOT NULL AND v IS NULL')} AS unreadable`,
    ...rules.flatMap((rule) => {
      const condition = broken.get(rule)
      return condition === undefined
        ? [`0::DOUBLE AS ${rule}_count`, `0::DOUBLE AS ${rule}_row`]
        : [
            `${sum(condition)} AS ${rule}_count`,
            `coalesce(min(r) FILTER (${condition}), 0)::DOUBLE AS ${rule}_row`,
          ]
    }),
  ]
  return `SELECT ${counted.join(', ')} FROM ${distinctCells}`
}
