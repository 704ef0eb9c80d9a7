/** The functions that Step Functions adds to JSONata: `$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`. */
import { createHash, randomUUID } from 'node:crypto'
import { namesKeyTwice } from './duplicate-keys.ts'

/** Elements that one `$range` may answer with; AWS refuses the next one. */
const maxRangeElements = 360_145

export const memoryLimitMessage =
  'Expression evaluation memory limit exceeded: Check for excessive memory usage'

/** As JSONata throws: it words an error by its code from these members; `code` is absent where AWS names none. */
class FunctionError extends Error {
  readonly code: string | undefined
  readonly index: number | undefined
  readonly token: string | undefined
  readonly type: string | undefined

  constructor(
    code: string | undefined,
    message: string,
    place: { index?: number; token?: string; type?: string } = {},
  ) {
    super(message)
    this.code = code
    this.index = place.index
    this.token = place.token
    this.type = place.type
  }
}

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

const mismatch = (token: string, index: number) =>
  new FunctionError('T0410', 'Argument does not match function signature', { token, index })

/** @throws FunctionError T0410 for an argument too many, or one of another type; an absent one is let through */
function checkArguments(name: string, values: readonly unknown[], types: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    const type = types[index]
    if (type === undefined) throw mismatch(name, index + 1)
    if (value !== undefined && type !== 'any' && typeof value !== type) throw mismatch(name, index + 1)
  }
}

/** Chunks of `size` elements; an empty array, and a size of 0, give nothing. */
function partition(...values: unknown[]): unknown[] | undefined {
  checkArguments('partition', values, ['any', 'number'])
  const [items, size] = values
  if (items === null) {
    throw new FunctionError('T0412', 'Argument must be an array', {
      token: 'partition',
      index: 1,
      type: 'values',
    })
  }
  if (items === undefined) return undefined
  const all: unknown[] = Array.isArray(items) ? items : [items]
  if (all.length === 0) return undefined
  const width = typeof size === 'number' ? Math.trunc(size) : all.length
  if (width < 0) throw new FunctionError('D3137', 'Second argument must be zero or greater')
  if (width === 0) return undefined
  return Array.from({ length: Math.ceil(all.length / width) }, (_, i) =>
    all.slice(i * width, (i + 1) * width),
  )
}

/** Both ends inclusive; fractions are cut off; one element alone is no array; no element is nothing. */
function range(...values: unknown[]): number | number[] | undefined {
  checkArguments('range', values, ['number', 'number', 'number'])
  if (values.length === 1) throw mismatch('range', 2)
  const [from, to, by] = values.map((value) => (typeof value === 'number' ? Math.trunc(value) : undefined))
  if (from === undefined || to === undefined || by === undefined || by === 0) return undefined
  const count = Math.floor((to - from) / by) + 1
  if (!(count > 0)) return undefined
  if (count > maxRangeElements) throw new FunctionError(undefined, memoryLimitMessage)
  return count === 1 ? from : Array.from({ length: count }, (_, i) => from + i * by)
}

function hash(...values: unknown[]): string | undefined {
  checkArguments('hash', values, ['string', 'string'])
  const [text, algorithm] = values
  if (typeof text !== 'string' || typeof algorithm !== 'string') return undefined
  const name = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined
  if (name === undefined) throw new FunctionError('D3137', `Unsupported hash algorithm: ${algorithm}`)
  return createHash(name).update(text).digest('hex')
}

/** Seeded: the 48-bit linear congruential generator of java.util.Random (Knuth, TAOCP 2, 3.2.1), first `nextDouble()`. */
function random(...values: unknown[]): number {
  checkArguments('random', values, ['number'])
  const [seed] = values
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

function uuid(...values: unknown[]): string {
  checkArguments('uuid', values, [])
  return randomUUID()
}

function parse(...values: unknown[]): unknown {
  checkArguments('parse', values, ['string'])
  const [text] = values
  if (typeof text !== 'string') return undefined
  const invalid = () => new FunctionError('D3137', 'Invalid JSON')
  try {
    const value: unknown = JSON.parse(text, (_, item) => {
      if (typeof item === 'number' && !Number.isFinite(item)) throw invalid()
      return item
    })
    if (namesKeyTwice(text)) throw invalid()
    return value
  } catch (error) {
    // The parser's own message would quote the data.
    throw error instanceof SyntaxError ? invalid() : error
  }
}

/** Name and JSONata binding of each; `eval` is bound to nothing, because AWS refuses it. */
export const awsFunctions: Readonly<Record<string, unknown>> = {
  partition,
  range,
  hash,
  random,
  parse,
  uuid,
  eval: undefined,
}
