/** Lists the distinct values of many columns in one statement: a statement per column costs more than its work. */
import { type Database, numbersOf, textsOf } from '../duckdb-store.ts'
import { type DistinctValues, valueStates } from './distinct-values.ts'

export interface ListedColumn {
  /** SQL of the cell. */
  readonly cell: string
  /** SQL over `cell` of the typed value, null where the cell is none; @default the cell */
  readonly value?: string
  /** SQL over `cell` and the typed value `v` of what is answered as text; @default the cell */
  readonly text?: string
  /** SQL over `v` of what is answered as number; @default nothing */
  readonly number?: string | undefined
  /** SQL condition over `v`: out of the contract's range. */
  readonly outside?: string | undefined
  /** A column with more distinct cells is not listed. */
  readonly limit: number
}

/** Columns of one statement: planning it takes longer than proportionally. */
const columnsAtOnce = 64

/**
 * @param table SQL of a table. @param rowNumber SQL of its row number.
 * @returns one per column; undefined for a column of more than its limit of distinct cells.
 */
export async function listDistinct(
  database: Database,
  columns: readonly ListedColumn[],
  { table, rowNumber }: { table: string; rowNumber: string },
): Promise<(DistinctValues | undefined)[]> {
  const listed: (DistinctValues | undefined)[] = []
  for (let start = 0; start < columns.length; start += columnsAtOnce) {
    const some = columns.slice(start, start + columnsAtOnce)
    const answer = await database.columns(
      some.map((column, at) => `(${listSql(column, at, table, rowNumber)})`).join('\nUNION ALL '),
    )
    listed.push(...split(answer.columns, some))
  }
  return listed
}

function listSql(column: ListedColumn, place: number, table: string, rowNumber: string): string {
  const { cell, value = 'cell', text = 'cell', number = 'NULL', outside, limit } = column
  const { missing, unreadable, outside: beyond, kept } = valueStates
  const range = outside === undefined ? '' : `WHEN ${outside} THEN ${beyond}`
  return `SELECT ${place}::DOUBLE AS place, ${text} AS text, CAST(${number} AS DOUBLE) AS number,
      n::DOUBLE AS n, r::DOUBLE AS r,
      (CASE WHEN cell IS NULL THEN ${missing} WHEN v IS NULL THEN ${unreadable} ${range} ELSE ${kept} END)::DOUBLE AS state
    FROM (SELECT cell, ${value} AS v, n, r FROM
      (SELECT ${cell} AS cell, count(*) AS n, min(${rowNumber}) AS r FROM ${table} GROUP BY cell LIMIT ${limit + 1}))`
}

type Answer = Awaited<ReturnType<Database['columns']>>['columns']

/** Entries of one column need not stand together in the answer. */
function split(answer: Answer, columns: readonly ListedColumn[]): (DistinctValues | undefined)[] {
  const places = numbersOf(answer.place)
  const sizes = new Uint32Array(columns.length)
  for (const place of places) sizes[place] = (sizes[place] as number) + 1
  const ends = new Uint32Array(columns.length)
  let end = 0
  for (const [place, size] of sizes.entries()) {
    ends[place] = end
    end += size
  }
  const order = new Uint32Array(places.length)
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number
    order[ends[place] as number] = at
    ends[place] = (ends[place] as number) + 1
  }
  const taken = (values: Float64Array, entries: Uint32Array) =>
    Float64Array.from(entries, (at) => values[at] as number)
  const texts = textsOf(answer.text)
  return columns.map(({ number, limit }, place) => {
    const size = sizes[place] as number
    if (size > limit) return undefined
    const entries = order.subarray((ends[place] as number) - size, ends[place])
    return {
      numbers: number === undefined ? new Float64Array() : taken(numbersOf(answer.number), entries),
      texts: Array.from(entries, (at) => texts[at] ?? null),
      counts: taken(numbersOf(answer.n), entries),
      firstRows: taken(numbersOf(answer.r), entries),
      states: taken(numbersOf(answer.state), entries),
    }
  })
}
