/** Reads columns of too many distinct cells to list them: numbers row by row, of texts the most frequent ones. */
import type { CheckedColumn } from '../dataset/rules-sql.ts'
import { cellName } from '../dataset/typed-columns.ts'
import { type Database, numbersOf, textsOf } from '../duckdb-store.ts'
import { maxLevels } from './numeric-column.ts'
import { hashSql, keptHashes } from './smallest-hashes.ts'

/** Values read at once: 32 MB. */
const valuesAtOnce = 4_194_304
/** The first rows tell how many distinct cells a column has, roughly. */
const sampledRows = 2_048

/** For each column of `cells`, whether more than half of the first rows are distinct in it. */
export async function findWide(database: Database, checked: readonly CheckedColumn[]): Promise<boolean[]> {
  if (checked.length === 0) return []
  const counted = checked.map(({ at }) => `approx_count_distinct(${cellName(at)})::DOUBLE AS d${at}`)
  const { columns } = await database.columns(
    `SELECT ${counted.join(', ')} FROM (SELECT * FROM cells LIMIT ${sampledRows})`,
  )
  return checked.map(({ at }) => Number(columns[`d${at}`]?.[0]) > sampledRows / 2)
}

/** Answers the values of DOUBLE expressions, one per row, null = NaN; the next ones are read meanwhile. */
export async function* readNumbers(
  database: Database,
  values: readonly string[],
  rows: number,
  table = 'cells',
): AsyncGenerator<Float64Array> {
  const atOnce = Math.max(1, Math.floor(valuesAtOnce / Math.max(rows, 1)))
  const read = (start: number) => {
    const some = values.slice(start, start + atOnce).map((value, at) => `${value} AS x${at}`)
    const answer = database.columns(`SELECT ${some.join(', ')} FROM ${table}`)
    // Whoever stops reading early does not hear of what the next ones would have been.
    answer.catch(() => undefined)
    return answer
  }
  let next = values.length === 0 ? undefined : read(0)
  for (let start = 0; next !== undefined; start += atOnce) {
    const { columns } = await next
    next = start + atOnce < values.length ? read(start + atOnce) : undefined
    for (let at = 0; at < Math.min(atOnce, values.length - start); at++) yield numbersOf(columns[`x${at}`])
  }
}

export interface FrequentTexts {
  /** The most frequent ones, ties by text. */
  readonly levels: [string, number][]
  /** How many distinct ones there are. */
  readonly size: number
  /** How many cells hold one. */
  readonly total: number
  readonly smallestHashes: string[]
}

/** @param cell SQL of a text of `cells`. @param hashes false where nobody needs them. */
export async function readTexts(
  database: Database,
  { cell, hashes, table = 'cells' }: { cell: string; hashes: boolean; table?: string },
): Promise<FrequentTexts> {
  const smallest = `UNION ALL (SELECT 'hash', ${hashSql('cell', false)} AS text, 0::DOUBLE FROM listed ORDER BY text LIMIT ${keptHashes})`
  const { columns, rows } = await database.columns(
    `WITH listed AS MATERIALIZED (SELECT ${cell} AS cell, count(*) AS n FROM ${table} WHERE ${cell} IS NOT NULL GROUP BY 1)
     (SELECT 'level' AS kind, cell AS text, n::DOUBLE AS n FROM listed ORDER BY listed.n DESC, cell LIMIT ${maxLevels})
     UNION ALL SELECT 'size', NULL, count(*)::DOUBLE FROM listed
     UNION ALL SELECT 'total', NULL, sum(n)::DOUBLE FROM listed ${hashes ? smallest : ''}`,
  )
  const kinds = textsOf(columns.kind)
  const texts = textsOf(columns.text)
  const counts = numbersOf(columns.n)
  const levels: [string, number][] = []
  const smallestHashes: string[] = []
  const sums = { size: 0, total: 0 }
  for (let at = 0; at < rows; at++) {
    const kind = kinds[at]
    if (kind === 'level') levels.push([String(texts[at]), counts[at] ?? 0])
    else if (kind === 'hash') smallestHashes.push(String(texts[at]))
    else if (kind === 'size' || kind === 'total') sums[kind] = counts[at] ?? 0
  }
  return { levels, ...sums, smallestHashes }
}

/** The smallest hashes of the distinct texts or numbers of each expression (null is none), ascending. */
export async function readHashes(
  database: Database,
  values: readonly string[],
  numeric: boolean,
  table = 'cells',
): Promise<string[][]> {
  if (values.length === 0) return []
  const each = values.map(
    (value, place) =>
      `(SELECT ${place}::DOUBLE AS place, h FROM (SELECT DISTINCT ${hashSql(value, numeric)} AS h FROM ${table}
        WHERE ${value} IS NOT NULL) ORDER BY h LIMIT ${keptHashes})`,
  )
  const { columns } = await database.columns(each.join('\nUNION ALL '))
  const hashes: string[][] = values.map(() => [])
  const places = numbersOf(columns.place)
  for (const [at, hash] of textsOf(columns.h).entries()) hashes[places[at] as number]?.push(String(hash))
  return hashes.map((each) => each.sort())
}

export interface Missing {
  readonly nulls: number
  /** The first row without a value, from 1; 0 where there is none, or where none need be there. */
  readonly row: number
}

/** @returns one per column of `cells`, in their order. */
export async function countMissing(
  database: Database,
  checked: readonly CheckedColumn[],
): Promise<Missing[]> {
  if (checked.length === 0) return []
  const counted = checked.map(({ column: { nullable }, at }) => {
    const row = nullable ? '0' : `coalesce(min(row_number) FILTER (${cellName(at)} IS NULL), 0)`
    return `(count(*) - count(${cellName(at)}))::DOUBLE AS n${at}, ${row}::DOUBLE AS r${at}`
  })
  const { columns } = await database.columns(`SELECT ${counted.join(', ')} FROM cells`)
  return checked.map(({ at }) => ({
    nulls: Number(columns[`n${at}`]?.[0]),
    row: Number(columns[`r${at}`]?.[0]),
  }))
}
