/** Profiles an open part: the rules of the contract in one pass, then each column's values. */
import type { OpenPart } from '../dataset/part-store.ts'
import type { CheckedColumn } from '../dataset/rules-sql.ts'
import { checkRules, noneBroken } from '../dataset/rules-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import { textsOf } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { edgesOf } from './baseline.ts'
import { readHashes, readLevels, readNumbers } from './column-store.ts'
import { keptRowHashes } from './merge-profile.ts'
import type { Profile, ProfileColumn } from './profile.ts'

export interface TableOptions {
  readonly columns: readonly SourceColumn[]
  readonly part: { readonly index: number; readonly uri: string; readonly firstRow: number }
  readonly origins?: Readonly<Record<string, number>>
  readonly baseline?: Profile | undefined
  /** The part is the whole file: what merging could not keep is profiled too. */
  readonly exact?: boolean
}

/** Columns of the contract that the file lacks (outcomes, at inference) are not in the profile. */
export async function profileTable(open: OpenPart, options: TableOptions): Promise<Profile> {
  const { database, header } = open
  const checked = options.columns
    .map((column) => ({ column, at: header.indexOf(column.name) }))
    .filter(({ at }) => at >= 0)
  const counted = await database.columns('SELECT count(*)::DOUBLE AS n FROM cells')
  const rows = Number(counted.columns.n?.[0])
  const found = await checkRules(open, checked)
  const columns: [string, ProfileColumn][] = []
  for (const each of checked) {
    const { nulls, unreadable, violations } = found.get(each.at) ?? noneBroken
    const part = options.part.index
    const base = { nulls, unreadable, violations: violations.map((violation) => ({ ...violation, part })) }
    columns.push([each.column.name, await profileColumn(open, each, base, rows, options)])
  }
  return {
    contract: 1,
    rows,
    parts: [{ ...options.part, rows }],
    ...(await rowRepetition(open)),
    columns: Object.fromEntries(columns),
    coMoments: [],
  }
}

type Base = Pick<ProfileColumn, 'nulls' | 'unreadable' | 'violations'>

async function profileColumn(
  { database }: OpenPart,
  { column, at }: CheckedColumn,
  base: Base,
  rows: number,
  { origins, baseline, exact }: TableOptions,
): Promise<ProfileColumn> {
  const { type } = column
  const typed = typedSql(type, cellName(at))
  // Whatever identifies a person is counted, never listed.
  if (type === 'identifier' || type === 'text' || column.phi === 'direct')
    return {
      ...base,
      kind: 'opaque',
      type,
      count: rows - base.nulls - base.unreadable,
      smallestHashes: await readHashes(database, 'cells', cellName(at), false),
    }
  if (type === 'category' || type === 'boolean')
    return {
      ...base,
      kind: 'category',
      type,
      ...(await readLevels(database, 'cells', `CAST(${typed} AS VARCHAR)`, exact)),
    }
  const known = baseline?.columns[column.name]
  const edges = known?.kind === 'numeric' ? edgesOf(known) : undefined
  const origin = (known?.kind === 'numeric' ? known.origin : undefined) ?? origins?.[column.name] ?? 0
  const value = type === 'timestamp' ? `epoch(${typed})` : `CAST(${typed} AS DOUBLE)`
  return {
    ...base,
    kind: 'numeric',
    type,
    ...(await readNumbers(database, 'cells', value, { origin, edges, exact })),
  }
}

/** Rows that repeat another exactly, by a hash over all cells. */
async function rowRepetition({
  database,
  header,
}: OpenPart): Promise<Pick<Profile, 'duplicates' | 'rowHashes'>> {
  // Cells are set apart by a character that no text has, and missing ones differ from empty ones.
  const cells = header.map((_, at) => `coalesce(${cellName(at)}, chr(30))`).join(', ')
  const grouped = `SELECT substr(md5(concat_ws(chr(31), ${cells})), 1, 16) AS h, count(*) AS n FROM cells GROUP BY h`
  const hashes = await database.columns(
    `SELECT h, n::DOUBLE AS n, (sum(n - 1) OVER ())::DOUBLE AS repeated FROM (${grouped}) ORDER BY h LIMIT ${keptRowHashes}`,
  )
  return {
    duplicates: Number(hashes.columns.repeated?.[0] ?? 0),
    rowHashes: textsOf(hashes.columns.h).map((hash, at) => [String(hash), Number(hashes.columns.n?.[at])]),
  }
}
