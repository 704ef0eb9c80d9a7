/**
 * Distinct counts by the k smallest hashes: keep the k smallest hash values of the set, and read the size off the k-th.
 *
 * Bar-Yossef et al., Counting Distinct Elements in a Data Stream, RANDOM 2002; standard error about 1/√(k-2): 3 %.
 */
import { hash } from 'node:crypto'

/** Names the hash in its version: the first 64 bits of md5, hexadecimal. DuckDB's own hash changes between releases. */
export const hashName = 'md5-64'
export const keptHashes = 1_024

/** The hash of one value; numbers are written with 17 digits, as `hashSql` does. */
export function hashOf(value: string | number): string {
  const text = typeof value === 'number' ? exponential(value) : value
  return hash('md5', text, 'hex').slice(0, 16)
}

/** The same in DuckDB, over an expression of a text or a DOUBLE. */
export const hashSql = (expression: string, numeric: boolean) =>
  `substr(md5(${numeric ? `format('{:.16e}', ${expression} + 0.0)` : expression}), 1, 16)`

function exponential(value: number): string {
  const [digits = '0', exponent = '+0'] = value.toExponential(16).split('e')
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

/** The k smallest of two sets; the union of such sets is such a set. */
export function mergeHashes(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort().slice(0, keptHashes)
}

/** Estimated size of the set; exact while fewer than k are kept. */
export function distinctFrom(hashes: readonly string[]): number {
  const kth = hashes[keptHashes - 1]
  if (kth === undefined) return hashes.length
  const fraction = Number.parseInt(kth.slice(0, 13), 16) / 2 ** 52
  return Math.round((keptHashes - 1) / fraction)
}
