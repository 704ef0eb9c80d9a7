/** Checks columns of an open part against the schema contract, many in one statement. */
import { type Database, numbersOf } from '../duckdb-store.ts'
import { type CheckedColumn, distinctCellsSql, type Rule, rules, rulesSql } from './rules-sql.ts'

export interface Broken {
  readonly nulls: number
  /** Cells that are no value of the column's type. */
  readonly unreadable: number
  /** `row` is the first one, from 1 within the part. */
  readonly violations: readonly { rule: Rule; count: number; row: number }[]
}

/** Columns of one statement: planning it takes longer than proportionally. */
const columnsAtOnce = 64

/** @returns one per column, in their order. */
export async function checkColumns(database: Database, checked: readonly CheckedColumn[]): Promise<Broken[]> {
  const broken: Broken[] = []
  for (let start = 0; start < checked.length; start += columnsAtOnce) {
    const some = checked.slice(start, start + columnsAtOnce)
    const each = some.map(
      ({ column, at }, place) =>
        `SELECT ${place}::DOUBLE AS place, * FROM (${rulesSql(column, `(${distinctCellsSql(at, column.type)})`)})`,
    )
    const { columns } = await database.columns(`${each.join('\nUNION ALL ')} ORDER BY place`)
    const answer = (name: string, place: number) => numbersOf(columns[name])[place] ?? 0
    for (const place of some.keys())
      broken.push({
        nulls: answer('nulls', place),
        unreadable: answer('unreadable', place),
        violations: rules.flatMap((rule) => {
          const count = answer(`${rule}_count`, place)
          return count === 0 ? [] : [{ rule, count, row: answer(`${rule}_row`, place) }]
        }),
      })
  }
  return broken
}
