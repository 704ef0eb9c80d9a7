/** SQL that counts, in one pass over `cells`, the rules of the schema contract that each column breaks, and where first. */
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

const readsText = (type: SourceColumn['type']) =>
  type === 'identifier' || type === 'category' || type === 'text'

/** Rule to the condition that breaks it; `c` is the cell, `t` its typed value. Every cell breaks one rule at most. */
function conditions(column: SourceColumn, cell: string, typed: string): [Rule, string][] {
  const { min, max, levels, nullable } = column
  const bounds = [
    ...(min === undefined ? [] : [`${typed} < ${min}`]),
    ...(max === undefined ? [] : [`${typed} > ${max}`]),
  ]
  return [
    ...(nullable ? [] : [['null', `${cell} IS NULL`] as [Rule, string]]),
    ...(readsText(column.type)
      ? []
      : [['type', `${cell} IS NOT NULL AND ${typed} IS NULL`] as [Rule, string]]),
    ...(bounds.length === 0 ? [] : [['range', bounds.join(' OR ')] as [Rule, string]]),
    ...(levels === undefined
      ? []
      : [['level', `${cell} NOT IN (${levels.map(quoteText).join(', ')})`] as [Rule, string]]),
  ]
}

/** Answer columns: `nulls_<i>`, `unreadable_<i>`, and `<rule>_count_<i>`, `<rule>_row_<i>` for each rule that applies. */
export function rulesSql(checked: readonly CheckedColumn[]): string {
  const inner: string[] = ['row_number']
  const outer: string[] = []
  for (const { column, at } of checked) {
    const cell = `cell_${at}`
    const typed = readsText(column.type) ? cell : `typed_${at}`
    inner.push(`${cellName(at)} AS ${cell}`)
    if (typed !== cell) inner.push(`${typedSql(column.type, cellName(at))} AS ${typed}`)
    outer.push(`count(*) FILTER (${cell} IS NULL)::DOUBLE AS nulls_${at}`)
    outer.push(
      typed === cell
        ? `0::DOUBLE AS unreadable_${at}`
        : `count(*) FILTER (${cell} IS NOT NULL AND ${typed} IS NULL)::DOUBLE AS unreadable_${at}`,
    )
    for (const [rule, condition] of conditions(column, cell, typed)) {
      outer.push(`count(*) FILTER (${condition})::DOUBLE AS ${rule}_count_${at}`)
      outer.push(`(min(row_number) FILTER (${condition}))::DOUBLE AS ${rule}_row_${at}`)
    }
  }
  return `SELECT ${outer.join(',\n')} FROM (SELECT ${inner.join(', ')} FROM cells)`
}
