/** Checks a column of an open part against the schema contract. */
import type { Database } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { type Rule, rules, rulesSql } from './rules-sql.ts'

export interface Broken {
  readonly nulls: number
  /** Cells that are no value of the column's type. */
  readonly unreadable: number
  /** `row` is the first one, from 1 within the part. */
  readonly violations: readonly { rule: Rule; count: number; row: number }[]
}

/** @param distinctCells a table, or a SELECT in parentheses, of the shape that `distinctCellsSql` gives. */
export async function checkColumn(
  database: Database,
  column: SourceColumn,
  distinctCells: string,
): Promise<Broken> {
  const { columns } = await database.columns(rulesSql(column, distinctCells))
  const answer = (name: string) => Number(columns[name]?.[0] ?? 0)
  return {
    nulls: answer('nulls'),
    unreadable: answer('unreadable'),
    violations: rules.flatMap((rule) => {
      const count = answer(`${rule}_count`)
      return count === 0 ? [] : [{ rule, count, row: answer(`${rule}_row`) }]
    }),
  }
}
