/** How many rows each entity of a part has, for the entities of smallest hash: parts merge to the same sample in any order. */
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName } from '../dataset/typed-columns.ts'
import { textsOf } from '../duckdb-store.ts'
import { keptRowHashes } from './merge-profile.ts'

/** [hash, rows], ascending by hash; empty where the part has no such column. */
export async function rowsOfEntities(
  { database, header }: OpenPart,
  entityKey: string,
): Promise<[string, number][]> {
  const at = header.indexOf(entityKey)
  if (at < 0) return []
  const cell = cellName(at)
  const { columns } = await database.columns(
    `SELECT substr(md5(${cell}), 1, 16) AS h, count(*)::DOUBLE AS n FROM cells WHERE ${cell} IS NOT NULL
    GROUP BY h ORDER BY h LIMIT ${keptRowHashes}`,
  )
  return textsOf(columns.h).map((hash, row) => [String(hash), Number(columns.n?.[row])])
}
