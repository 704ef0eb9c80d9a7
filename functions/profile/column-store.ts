/** Reads the distinct values of a column of any table in DuckDB into its summary. */
import { type Database, numbersOf, textsOf } from '../duckdb-store.ts'
import { exactCells, exactOf } from './exact.ts'
import { countCells, maxLevels, type NumericSummary, summariseNumbers } from './numeric-column.ts'
import type { CategoryColumn, NumericColumn } from './profile.ts'
import { hashSql, keptHashes } from './smallest-hashes.ts'

export interface NumberOptions {
  /** Of the sketch, should the values be too many to be listed. */
  readonly origin: number
  /** Where counts in a baseline's cells are wanted. */
  readonly edges?: readonly number[] | undefined
  /** The table is all there is: what merging could not keep is read off too. */
  readonly exact?: boolean | undefined
}

/** @param value SQL expression of a DOUBLE. */
export async function readNumbers(
  database: Database,
  from: string,
  value: string,
  { origin, edges, exact = false }: NumberOptions,
): Promise<NumericSummary & Pick<NumericColumn, 'cells' | 'smallestHashes' | 'exact'>> {
  const grouped = await database.columns(
    `SELECT v, count(*)::DOUBLE AS n FROM (SELECT ${value} AS v FROM ${from}) WHERE v IS NOT NULL GROUP BY v ORDER BY v`,
  )
  const values = numbersOf(grouped.columns.v)
  const counts = numbersOf(grouped.columns.n)
  const hashes = values.length > maxLevels ? await readHashes(database, from, value, true) : undefined
  const summary = summariseNumbers(values, counts, origin)
  const cells =
    edges !== undefined
      ? countCells(edges, values, counts)
      : exact
        ? exactCells(values, counts, summary.count)
        : undefined
  return {
    ...summary,
    ...(cells === undefined ? {} : { cells }),
    ...(exact ? { exact: exactOf(values, counts) } : {}),
    ...(hashes === undefined ? {} : { smallestHashes: hashes }),
  }
}

/** @param value SQL expression of a text. */
export async function readLevels(
  database: Database,
  from: string,
  value: string,
  exact = false,
): Promise<Pick<CategoryColumn, 'count' | 'levels' | 'otherCount' | 'smallestHashes' | 'exact'>> {
  const grouped = await database.columns(
    `SELECT v, n::DOUBLE AS n, (sum(n) OVER ())::DOUBLE AS total, (count(*) OVER ())::DOUBLE AS size FROM
      (SELECT v, count(*) AS n FROM (SELECT ${value} AS v FROM ${from}) WHERE v IS NOT NULL GROUP BY v)
     ORDER BY n DESC, v LIMIT ${maxLevels}`,
  )
  const counts = numbersOf(grouped.columns.n)
  const levels = textsOf(grouped.columns.v).map((text, at): [string, number] => [
    String(text),
    counts[at] ?? 0,
  ])
  const count = numbersOf(grouped.columns.total)[0] ?? 0
  const size = numbersOf(grouped.columns.size)[0] ?? 0
  return {
    count,
    levels,
    otherCount: count - counts.reduce((sum, each) => sum + each, 0),
    ...(exact ? { exact: { distinct: size } } : {}),
    ...(size > maxLevels ? { smallestHashes: await readHashes(database, from, value, false) } : {}),
  }
}

/** The smallest hashes of the distinct values, ascending. */
export async function readHashes(
  database: Database,
  from: string,
  value: string,
  numeric: boolean,
): Promise<string[]> {
  const hashed = await database.columns(
    `SELECT ${hashSql('v', numeric)} AS h FROM (SELECT DISTINCT ${value} AS v FROM ${from})
     WHERE v IS NOT NULL ORDER BY h LIMIT ${keptHashes}`,
  )
  return textsOf(hashed.columns.h).map(String)
}
