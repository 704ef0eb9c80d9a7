/** Which rows of an open part repeat another. */
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName } from '../dataset/typed-columns.ts'
import { textsOf } from '../duckdb-store.ts'
import { keptRowHashes } from './merge-profile.ts'
import type { Profile } from './profile.ts'

export type RowRepetition = Pick<Profile, 'duplicates' | 'rowHashes'>

/**
 * Rows that repeat another exactly, by DuckDB's hash over all cells: at half the price of a digest of their text. It
 * differs between releases of DuckDB, but row hashes are only ever merged with those of the same run.
 */
export async function rowRepetition({ database, header }: OpenPart): Promise<RowRepetition> {
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
