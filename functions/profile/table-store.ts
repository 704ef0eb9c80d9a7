/** Profiles an open part: its columns, how numbers move together, which rows repeat. */
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName } from '../dataset/typed-columns.ts'
import { textsOf } from '../duckdb-store.ts'
import { together } from '../together.ts'
import { coMomentsOf, pairable } from './co-moments.ts'
import type { TableOptions } from './column-plan.ts'
import { profileColumns } from './column-store.ts'
import { keptRowHashes } from './merge-profile.ts'
import type { Profile } from './profile.ts'

/** Columns of the contract that the file lacks (outcomes, at inference) are not in the profile. */
export async function profileTable(open: OpenPart, options: TableOptions): Promise<Profile> {
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
  const [repetition, profiled] = await together([rowRepetition(open), profiledColumns()])
  return { contract: 1, rows, parts: [{ ...options.part, rows }], ...repetition, ...profiled }
}

/**
 * Rows that repeat another exactly, by DuckDB's hash over all cells: at half the price of a digest of their text. It
 * differs between releases of DuckDB, but row hashes are only ever merged with those of the same run.
 */
async function rowRepetition({
  database,
  header,
}: OpenPart): Promise<Pick<Profile, 'duplicates' | 'rowHashes'>> {
  const cells = header.map((_, at) => cellName(at)).join(', ')
  const grouped = `SELECT hash(${cells}) AS h, count(*) AS n FROM cells GROUP BY h`
  const hashes = await database.columns(
    `SELECT format('{:016x}', h) AS h, n::DOUBLE AS n, repeated FROM
      (SELECT h, n, (sum(n - 1) OVER ())::DOUBLE AS repeated FROM (${grouped}) ORDER BY h LIMIT ${keptRowHashes})
      ORDER BY h`,
  )
  return {
    duplicates: Number(hashes.columns.repeated?.[0] ?? 0),
    rowHashes: textsOf(hashes.columns.h).map((hash, at) => [String(hash), Number(hashes.columns.n?.[at])]),
  }
}
