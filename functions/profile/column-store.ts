/** Reads the table `cell_values` (`v`, a value of one column, stands in `n` rows) into the column's summary. */
import { type Database, numbersOf, textsOf } from '../duckdb-store.ts'
import { exactCells, exactOf } from './exact.ts'
import { countCells, maxLevels, type NumericSummary, summariseNumbers } from './numeric-column.ts'
import type { CategoryColumn, NumericColumn } from './profile.ts'
import { hashSql, keptHashes } from './smallest-hashes.ts'

export interface NumberOptions {
  /** Of the sketch, should the values be too many to be listed; @default their median */
  readonly origin?: number | undefined
  /** Where counts in a baseline's cells are wanted. */
  readonly edges?: readonly number[] | undefined
  /** The table is all there is: what merging could not keep is read off too. */
  readonly exact?: boolean | undefined
}

/** @param value SQL expression of a DOUBLE. */
export async function readNumbers(
  database: Database,
  value: string,
  { origin, edges, exact = false }: NumberOptions,
): Promise<NumericSummary & Pick<NumericColumn, 'cells' | 'smallestHashes' | 'exact'>> {
  const grouped = await database.columns(
    `SELECT ${value} AS x, sum(n)::DOUBLE AS n FROM cell_values WHERE v IS NOT NULL GROUP BY x ORDER BY x`,
  )
  const values = numbersOf(grouped.columns.x)
  const counts = numbersOf(grouped.columns.n)
  const hashes = values.length > maxLevels ? await readHashes(database, value, true) : undefined
  const summary = summariseNumbers(values, counts, origin ?? values[values.length >> 1] ?? 0)
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
  value: string,
  exact = false,
): Promise<Pick<CategoryColumn, 'count' | 'levels' | 'otherCount' | 'smallestHashes' | 'exact'>> {
  const grouped = await database.columns(
    `SELECT x, n::DOUBLE AS n, (sum(n) OVER ())::DOUBLE AS total, (count(*) OVER ())::DOUBLE AS size FROM
      (SELECT ${value} AS x, sum(n) AS n FROM cell_values WHERE v IS NOT NULL GROUP BY x)
     ORDER BY n DESC, x LIMIT ${maxLevels}`,
  )
  const counts = numbersOf(grouped.columns.n)
  const levels = textsOf(grouped.columns.x).map((text, at): [string, number] => [
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
    ...(size > maxLevels ? { smallestHashes: await readHashes(database, value, false) } : {}),
  }
}

/** The smallest hashes of the distinct values, ascending. */
export async function readHashes(database: Database, value: string, numeric: boolean): Promise<string[]> {
  const hashed = await database.columns(
    `SELECT DISTINCT ${hashSql(value, numeric)} AS h FROM cell_values WHERE v IS NOT NULL ORDER BY h LIMIT ${keptHashes}`,
  )
  return textsOf(hashed.columns.h).map(String)
}
