/** Reads cells as the types of the schema contract without DuckDB, with the very answers that its casts would give. */
import { readTimestamp } from './read-timestamp.ts'
import type { ColumnType } from './typed-columns.ts'

/** The types that are read; a cell of any other type is a text as it is. */
export type ReadType = Exclude<ColumnType, 'identifier' | 'category' | 'text'>

/**
 * What `typedSql` and `numberSql` read from a cell, without DuckDB: a timestamp is seconds since 1970, a boolean 1 or 0.
 * @returns null where the cell is no value of the type, undefined where only DuckDB can tell.
 */
export function readCell(type: ReadType, text: string): number | null | undefined {
  switch (type) {
    case 'integer':
      return readInteger(text)
    case 'number':
      return readNumber(text)
    case 'boolean':
      return readBoolean(text)
    case 'timestamp':
      return readTimestamp(text)
  }
}

// The white space of RE2's \s, and of DuckDB's casts but for \v, which the contract refuses. JavaScript's own \s has more.
const number = /^[ \t\n\f\r]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t\n\f\r]*$/
const whole = /^[ \t\n\f\r]*([+-]?[0-9]+)(?:\.0*)?[ \t\n\f\r]*$/

/** As in `typedSql`. */
const largest = 1e150

function readNumber(text: string): number | null {
  if (!number.test(text)) return null
  const value = Number(text)
  return Math.abs(value) < largest ? value : null
}

const beyondBigint = 2 ** 63

function readInteger(text: string): number | null {
  const digits = whole.exec(text)?.[1]
  if (digits === undefined) return null
  const value = Number(digits) + 0
  // The bounds themselves are the double of some whole numbers on either side of them.
  const fits =
    Math.abs(value) === beyondBigint
      ? BigInt.asIntN(64, BigInt(digits)) === BigInt(digits)
      : Math.abs(value) < beyondBigint
  return fits ? value : null
}

const booleans: ReadonlyMap<string, number> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((text) => [text, 1] as const),
  ...['false', 'f', 'no', 'n', '0'].map((text) => [text, 0] as const),
])

const readBoolean = (text: string): number | null =>
  text.length > 'false'.length ? null : (booleans.get(text.toLowerCase()) ?? null)
