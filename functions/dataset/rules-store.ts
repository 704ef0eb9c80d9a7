/** Checks an open part against the schema contract. */
import type { OpenPart } from './part-store.ts'
import { type CheckedColumn, type Rule, rules, rulesSql } from './rules-sql.ts'

/** Columns checked per statement: DuckDB's plans grow faster than linearly with the aggregates. */
const columnsPerPass = 25

export interface Broken {
  readonly nulls: number
  /** Cells that are no value of the column's type. */
  readonly unreadable: number
  /** `row` is the first one, from 1 within the part. */
  readonly violations: readonly { rule: Rule; count: number; row: number }[]
}

export const noneBroken: Broken = { nulls: 0, unreadable: 0, violations: [] }

/** By the column's place in the file. */
export async function checkRules(
  { database }: OpenPart,
  checked: readonly CheckedColumn[],
): Promise<ReadonlyMap<number, Broken>> {
  const found = new Map<number, Broken>()
  for (let start = 0; start < checked.length; start += columnsPerPass) {
    const pass = checked.slice(start, start + columnsPerPass)
    const { columns } = await database.columns(rulesSql(pass))
    const answer = (name: string) => Number(columns[name]?.[0] ?? 0)
    for (const { at } of pass)
      found.set(at, {
        nulls: answer(`nulls_${at}`),
        unreadable: answer(`unreadable_${at}`),
        violations: rules.flatMap((rule) => {
          const count = answer(`${rule}_count_${at}`)
          return count === 0 ? [] : [{ rule, count, row: answer(`${rule}_row_${at}`) }]
        }),
      })
  }
  return found
}
