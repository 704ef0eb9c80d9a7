/** Profiles an open part: each column's distinct cells, then the rules and values among them. */
import type { OpenPart } from '../dataset/part-store.ts'
import { type CheckedColumn, checkedColumns, distinctCellsSql } from '../dataset/rules-sql.ts'
import { checkColumn } from '../dataset/rules-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import { numbersOf, textsOf } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { edgesOf } from './baseline.ts'
import { coMomentsOf, pairedColumns } from './co-moments.ts'
import { readHashes, readLevels, readNumbers } from './column-store.ts'
import { keptRowHashes } from './merge-profile.ts'
import type { Profile, ProfileColumn } from './profile.ts'

export interface TableOptions {
  readonly columns: readonly SourceColumn[]
  readonly part: { readonly index: number; readonly uri: string; readonly firstRow: number }
  readonly origins?: Readonly<Record<string, number>> | undefined
  readonly baseline?: Profile | undefined
  /** The part is the whole file: what merging could not keep is profiled too. */
  readonly exact?: boolean
}

/** Columns of the contract that the file lacks (outcomes, at inference) are not in the profile. */
export async function profileTable(open: OpenPart, options: TableOptions): Promise<Profile> {
  const counted = await open.database.columns('SELECT count(*)::DOUBLE AS n FROM cells')
  const rows = Number(counted.columns.n?.[0])
  const columns: [string, ProfileColumn][] = []
  for (const checked of checkedColumns(options.columns, open.header))
    columns.push([checked.column.name, await profileColumn(open, checked, rows, options)])
  return {
    contract: 1,
    rows,
    parts: [{ ...options.part, rows }],
    ...(await rowRepetition(open)),
    columns: Object.fromEntries(columns),
    coMoments: await coMoments(open, options.columns, rows),
  }
}

async function profileColumn(
  { database }: OpenPart,
  { column, at }: CheckedColumn,
  rows: number,
  { origins, baseline, exact, part }: TableOptions,
): Promise<ProfileColumn> {
  const { type, name } = column
  await database.run(`CREATE OR REPLACE TEMP TABLE cell_values AS ${distinctCellsSql(at, type)}`)
  const { nulls, unreadable, violations } = await checkColumn(database, column, 'cell_values')
  const located = violations.map((violation) => ({ ...violation, part: part.index }))
  const base = { nulls, unreadable, violations: located }
  // Whatever identifies a person is counted, never listed.
  if (type === 'identifier' || type === 'text' || column.phi === 'direct') {
    const smallestHashes = await readHashes(database, 'cell', false)
    return { ...base, kind: 'opaque', type, count: rows - nulls - unreadable, smallestHashes }
  }
  if (type === 'category' || type === 'boolean')
    return { ...base, kind: 'category', type, ...(await readLevels(database, 'CAST(v AS VARCHAR)', exact)) }
  const known = baseline?.columns[name]
  const edges = known?.kind === 'numeric' ? edgesOf(known) : undefined
  // Parts of one run must share the origin; a whole file may take its own median.
  const origin =
    (known?.kind === 'numeric' ? known.origin : undefined) ?? origins?.[name] ?? (exact ? undefined : 0)
  const value = type === 'timestamp' ? 'epoch(v)' : 'CAST(v AS DOUBLE)'
  return { ...base, kind: 'numeric', type, ...(await readNumbers(database, value, { origin, edges, exact })) }
}

/** Values read at once for the co-moments: 160 MB. */
const maxPairedValues = 20_000_000

async function coMoments({ database, header }: OpenPart, columns: readonly SourceColumn[], rows: number) {
  const numeric = checkedColumns(columns, header)
    .filter(({ column: { type, phi } }) => (type === 'integer' || type === 'number') && phi !== 'direct')
    .slice(0, Math.min(pairedColumns, Math.floor(maxPairedValues / Math.max(rows, 1))))
  if (numeric.length < 2) return []
  const selected = numeric.map(
    ({ column, at }) => `CAST(${typedSql(column.type, cellName(at))} AS DOUBLE) AS x${at}`,
  )
  const answer = await database.columns(`SELECT ${selected.join(', ')} FROM cells`)
  return coMomentsOf(numeric.map(({ column, at }) => [column.name, numbersOf(answer.columns[`x${at}`])]))
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
