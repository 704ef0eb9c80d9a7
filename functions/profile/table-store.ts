/** Profiles an open part: its columns, how numbers move together, which rows repeat. */
import type { OpenPart } from '../dataset/part-store.ts'
import { together } from '../together.ts'
import { coMomentsOf, pairable } from './co-moments.ts'
import { type PlannedColumn, planColumns, type TableOptions } from './column-plan.ts'
import { listableColumns, profileListed } from './listed-column-store.ts'
import type { Profile } from './profile.ts'
import { rowRepetition } from './row-repetition-store.ts'
import { profileWide } from './wide-column-store.ts'

/**
 * Columns of few distinct cells are listed together, those of many are read row by row. Columns of the contract that the
 * file lacks (outcomes, at inference) are not in the profile.
 */
export async function profileTable(open: OpenPart, options: TableOptions): Promise<Profile> {
  const { database, header } = open
  const counted = await database.columns('SELECT count(*)::DOUBLE AS n FROM cells')
  const rows = Number(counted.columns.n?.[0])
  const paired = pairable(options.columns, header, rows).map(({ column }) => column.name)
  const names = new Set(paired)
  const numbers = new Map<string, Float64Array>()
  const onRows = (name: string, byRow: Float64Array) => void (names.has(name) && numbers.set(name, byRow))
  const planned = planColumns(options, header)
  const listable = await listableColumns(database, planned, rows)
  const few = new Set(listable.map((column) => column.planned))
  const isMany = (column: PlannedColumn) => !few.has(column)
  const wide = profileWide(database, planned.filter(isMany), { ...options, rows, onRows })
  // The rows come last: the database hashes them alone, while numbers are sorted and paired here.
  const repeated = wide.then(() => rowRepetition(open))
  const profiled = async () => {
    const asked = { ...options, rows, paired: names, onRows }
    const [listed, ofWide] = await together([profileListed(database, listable, asked), wide])
    const left = listable.map((column) => column.planned).filter((column) => !listed.has(column))
    const found = new Map([
      ...listed,
      ...ofWide,
      ...(await profileWide(database, left, { ...options, rows, onRows })),
    ])
    const none = new Float64Array(rows).fill(Number.NaN)
    return {
      columns: Object.fromEntries(
        planned.flatMap((column) => {
          const profile = found.get(column)
          return profile === undefined ? [] : [[column.column.name, profile] as const]
        }),
      ),
      coMoments: coMomentsOf(paired.map((name) => [name, numbers.get(name) ?? none])),
    }
  }
  const [repetition, figures] = await together([repeated, profiled()])
  return { contract: 1, rows, parts: [{ ...options.part, rows }], ...repetition, ...figures }
}
