/** The functions that Step Functions adds to JSONata: `$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`. */
import { createHash, randomUUID } from 'node:crypto'

/** Elements that `$range` and `$partition` may answer with. */
const maxElements = 1_000
const maxHashedCharacters = 10_000

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

function partition(items: unknown, size: unknown): unknown[] {
  if (!Array.isArray(items)) throw new Error('$partition: the first argument must be an array')
  if (typeof size !== 'number' || !(size >= 1))
    throw new Error('$partition: the chunk size must be a positive integer')
  const width = Math.round(size)
  return Array.from({ length: Math.ceil(items.length / width) }, (_, i) =>
    items.slice(i * width, (i + 1) * width),
  )
}

/** Both ends inclusive, as `States.ArrayRange`. */
function range(start: unknown, end: unknown, step: unknown): number[] {
  const [from, to, by] = [start, end, step].map((value) => (typeof value === 'number' ? value : Number.NaN))
  if (from === undefined || to === undefined || by === undefined || ![from, to, by].every(Number.isFinite)) {
    throw new Error('$range: start, end and step must be numbers')
  }
  if (by === 0) throw new Error('$range: the step must not be 0')
  const count = Math.max(0, Math.floor((to - from) / by + 1e-9) + 1)
  if (count > maxElements) throw new Error(`$range: more than ${maxElements} elements`)
  return Array.from({ length: count }, (_, i) => from + i * by)
}

function hash(data: unknown, algorithm: unknown): string {
  const name = typeof algorithm === 'string' ? algorithms[algorithm] : undefined
  if (name === undefined) {
    throw new Error(
      `$hash: unknown algorithm ${String(algorithm)}; expected one of ${Object.keys(algorithms).join(', ')}`,
    )
  }
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  if (text.length > maxHashedCharacters) throw new Error('$hash: more than 10,000 characters')
  return createHash(name).update(text).digest('hex')
}

/** Seeded: the 48-bit linear congruential generator of java.util.Random (Knuth, TAOCP 2, 3.2.1), first `nextDouble()`. */
function random(seed?: unknown): number {
  if (typeof seed !== 'number') return Math.random()
  const multiplier = 0x5deece66dn
  const mask = (1n << 48n) - 1n
  let state = (BigInt(Math.trunc(seed)) ^ multiplier) & mask
  const next = (bits: bigint) => {
    state = (state * multiplier + 0xbn) & mask
    return state >> (48n - bits)
  }
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') throw new Error('$parse: the argument must be a string')
  return JSON.parse(text)
}

/** Name and JSONata binding of each; `eval` is bound to nothing, because AWS refuses it. */
export const awsFunctions: Readonly<Record<string, unknown>> = {
  partition,
  range,
  hash,
  random,
  parse,
  uuid: () => randomUUID(),
  eval: undefined,
}
