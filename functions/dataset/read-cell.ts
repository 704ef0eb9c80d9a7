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

/** So many digits are a whole number below 2^53, and the powers of ten that they can be divided by are exact as well. */
const exactDigits = 15
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, at) => 10 ** at)

const [minus, point, zero, nine] = [45, 46, 48, 57] as const

function readNumber(text: string): number | null {
  const negative = text.charCodeAt(0) === minus
  const start = negative ? 1 : 0
  let pointAt = -1
  let value = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= zero && code <= nine) value = value * 10 + code - zero
    else if (code === point && pointAt < 0) pointAt = at
    // No number begins with a letter.
    else return at === start && code > nine ? null : readAnyNumber(text)
  }
  const digits = text.length - start - (pointAt < 0 ? 0 : 1)
  if (digits === 0) return null
  if (digits > exactDigits) return readAnyNumber(text)
  // A quotient of two exact numbers is rounded once, so it is the nearest to the decimal one: Clinger, How to read
  // floating point numbers accurately (1990).
  if (pointAt >= 0) value /= powersOfTen[text.length - pointAt - 1] ?? 1
  return negative ? -value : value
}

function readAnyNumber(text: string): number | null {
  if (!number.test(text)) return null
  const value = Number(text)
  return Math.abs(value) < largest ? value : null
}

function readInteger(text: string): number | null {
  const negative = text.charCodeAt(0) === minus
  const start = negative ? 1 : 0
  let at = start
  let value = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < zero || code > nine) break
    value = value * 10 + code - zero
  }
  if (at === start) return text.charCodeAt(at) > nine ? null : readAnyInteger(text)
  let end = at
  if (text.charCodeAt(at) === point)
    do end++
    while (text.charCodeAt(end) === zero)
  if (end < text.length || at - start > exactDigits) return readAnyInteger(text)
  // A BIGINT has no -0.
  return negative ? 0 - value : value
}

const beyondBigint = 2 ** 63

function readAnyInteger(text: string): number | null {
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
