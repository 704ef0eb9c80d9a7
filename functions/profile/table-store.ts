/** Profiles an open part: its columns, how numbers move together, which rows repeat. */
import type { OpenPart } from '../dataset/part-store.ts'
import { together } from '../together.ts'
import { coMomentsOf, pairable } from './co-moments.ts'
import type { TableOptions } from './column-plan.ts'
import { profileColumns } from './column-store.ts'
import type { Profile } from './profile.ts'
import { type RowRepetition, rowRepetition } from './row-repetition-store.ts'

/**
 * Columns of the contract that the file lacks (outcomes, at inference) are not in the profile.
 * @param repeated where it has been begun already
 */
export async function profileTable(
  open: OpenPart,
  options: TableOptions,
  repeated: Promise<RowRepetition> = rowRepetition(open),
): Promise<Profile> {
  const { database, header } = open
  const counted = await database.columns('SELECT count(*)::DOUBLE AS n FROM cells')
  const rows = Number(counted.columns.n?.[0])
  const paired = pairable(options.columns, header, rows)
  const names = new Set(paired.map(({ column }) => column.name))
  const profiledColumns = async () => {
    const { columns, numbers } = await profileColumns(open, { ...options, rows, paired: names })
    const none = new Float64Array(rows).fill(Number.NaN)
    return {
      columns,
      coMoments: coMomentsOf(paired.map(({ column: { name } }) => [name, numbers.get(name) ?? none])),
    }
  }
  const [repetition, profiled] = await together([repeated, profiledColumns()])
  return { contract: 1, rows, parts: [{ ...options.part, rows }], ...repetition, ...profiled }
}
