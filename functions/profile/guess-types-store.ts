/**
 * Types the columns of a file by all of its cells, at the price of a sample: the sample tells what a column is not, and
 * the profile of the first type that is left tells whether it is that one.
 */
import { inferenceSql, inferType, type Readable, sampleSql } from '../dataset/infer-columns.ts'
import type { OpenPart } from '../dataset/part-store.ts'
import { numbersOf } from '../duckdb-store.ts'
import type { SourceColumn } from '../project.ts'
import { together } from '../together.ts'
import type { Profile, ProfileColumn } from './profile.ts'

export interface TypeGuess {
  readonly name: string
  readonly at: number
  readonly type: SourceColumn['type']
  /** No cell of any row can speak against it. */
  readonly isCertain: boolean
}

/** @param baseline names the types of its columns: both sides of a comparison must be read the same way. */
export async function guessTypes(open: OpenPart, baseline: Profile | undefined): Promise<TypeGuess[]> {
  const known = open.header.map((name) => baseline?.columns[name]?.type)
  const asked = open.header.flatMap((_, at) => (known[at] === undefined ? [at] : []))
  const sampled = await countSample(open, asked)
  const whole = await countWhole(
    open,
    asked.filter((at) => !tells(sampled.get(at) ?? nothing)),
  )
  return open.header.map((name, at) => {
    const type = known[at]
    if (type !== undefined) return { name, at, type, isCertain: true }
    const counted = whole.get(at)
    if (counted !== undefined) return { name, at, type: inferType(counted), isCertain: true }
    const guess = inferType(sampled.get(at) ?? nothing)
    return { name, at, type: guess, isCertain: guess === 'category' }
  })
}

const nothing: Readable = { present: 0, integer: 0, number: 0, timestamp: 0 }

/** Whether a sample leaves one type, or has a cell that is neither number nor time, which makes a category. */
const tells = (sample: Readable) =>
  inferType(sample) !== 'category' || sample.present > sample.number + sample.timestamp

/** @returns the types by all cells; undefined where the guesses were right. */
export async function correctTypes(
  open: OpenPart,
  guesses: readonly TypeGuess[],
  profile: Profile,
): Promise<TypeGuess[] | undefined> {
  const wrong = guesses.filter(({ name, isCertain }) => !isCertain && isDoubtful(profile.columns[name]))
  if (wrong.length === 0) return undefined
  const whole = await countWhole(
    open,
    wrong.map(({ at }) => at),
  )
  return guesses.map((guess) => {
    const counted = whole.get(guess.at)
    return counted === undefined ? guess : { ...guess, type: inferType(counted), isCertain: true }
  })
}

/** Cells speak against the guess, or numbers reach where doubles no longer tell whole ones apart. */
function isDoubtful(column: ProfileColumn | undefined): boolean {
  if (column === undefined || column.unreadable !== 0) return true
  if (column.type !== 'integer' && column.type !== 'number') return false
  const [min, max] = 'min' in column ? [column.min ?? 0, column.max ?? 0] : [0, 0]
  return Math.max(-min, max) > Number.MAX_SAFE_INTEGER
}

/** Two statements at a time, since nothing else can go on before the types are known. */
async function countSample(
  open: OpenPart,
  places: readonly number[],
): Promise<ReadonlyMap<number, Readable>> {
  const middle = Math.ceil(places.length / 2)
  const shares = [places.slice(0, middle), places.slice(middle)].filter((share) => share.length > 0)
  const counted = await together(shares.map((share) => countReadable(open, sampleSql(share, open.rows))))
  return new Map(counted.flatMap((each) => [...each]))
}

const countWhole = async (open: OpenPart, places: readonly number[]) =>
  places.length === 0 ? nobody : await countReadable(open, inferenceSql(places))

const nobody: ReadonlyMap<number, Readable> = new Map()

async function countReadable({ database }: OpenPart, sql: string) {
  const { columns, rows } = await database.columns(sql)
  const answer = (name: string, row: number) => numbersOf(columns[name])[row] ?? 0
  return new Map<number, Readable>(
    Array.from({ length: rows }, (_, row) => [
      answer('place', row),
      {
        present: answer('present', row),
        integer: answer('integer', row),
        number: answer('number', row),
        timestamp: answer('timestamp', row),
        merged: columns.merged !== undefined && answer('merged', row) > 0,
      },
    ]),
  )
}
