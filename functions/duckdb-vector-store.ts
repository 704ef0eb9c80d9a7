/** Copies the vectors of DuckDB's answers into columns, a vector at a time: item by item costs fifty times as much. */
import { DuckDBDoubleVector, DuckDBVarCharVector, type DuckDBVector } from '@duckdb/node-api'

/** Copies `count` numbers of a DOUBLE vector to `into`, from `start` on; null becomes NaN. */
export function copyNumbers(vector: DuckDBVector, count: number, into: Float64Array, start: number): void {
  const items = vector instanceof DuckDBDoubleVector ? behind(vector, 'items') : undefined
  const validity = validityOf(vector, count)
  if (!(items instanceof Float64Array) || items.length !== count || validity === 'unknown') {
    for (let at = 0; at < count; at++) {
      const item = vector.getItem(at)
      into[start + at] = typeof item === 'number' ? item : Number.NaN
    }
    return
  }
  into.set(items, start)
  if (validity === 'all') return
  for (let at = 0; at < count; at++) if (!isValid(validity, at)) into[start + at] = Number.NaN
}

/** Slots of the texts that are told apart without being read again. */
const slots = 4_096
/** DuckDB keeps texts of up to 12 bytes in the vector itself, longer ones behind a pointer. */
const inlineBytes = 12
const entryWords = 4

/** Reads VARCHAR vectors of one column; texts that repeat are made once. */
export class TextCopier {
  readonly #keys = new Uint32Array(slots * entryWords)
  readonly #texts = new Array<string | undefined>(slots)
  /** The vector in which a slot was filled: a pointer means nothing in another one. */
  readonly #vectors = new Uint32Array(slots)
  #vector = 0

  /** Copies `count` texts to `into`, from `start` on. */
  copy(vector: DuckDBVector, count: number, into: (string | null)[], start: number): void {
    const data = vector instanceof DuckDBVarCharVector ? behind(vector, 'dataView') : undefined
    const validity = validityOf(vector, count)
    if (!(data instanceof DataView) || data.byteOffset % 4 !== 0 || !littleEndian || validity === 'unknown') {
      for (let at = 0; at < count; at++) into[start + at] = itemOf(vector, at)
      return
    }
    this.#vector++
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength >> 2)
    const all = validity === 'all'
    for (let at = 0; at < count; at++)
      into[start + at] = all || isValid(validity, at) ? this.#text(vector, bytes, words, at) : null
  }

  #text(vector: DuckDBVector, bytes: Buffer, words: Uint32Array, at: number): string | null {
    const word = at * entryWords
    const length = words[word] as number
    const one = words[word + 1] as number
    const two = words[word + 2] as number
    const three = words[word + 3] as number
    const mixed = Math.imul(length ^ Math.imul(one ^ Math.imul(two ^ Math.imul(three, mix), mix), mix), mix)
    const slot = (mixed >>> 16) % slots
    const key = slot * entryWords
    const known = this.#texts[slot]
    if (
      known !== undefined &&
      this.#keys[key] === length &&
      this.#keys[key + 1] === one &&
      this.#keys[key + 2] === two &&
      this.#keys[key + 3] === three &&
      (length <= inlineBytes || this.#vectors[slot] === this.#vector)
    )
      return known
    const from = word * 4 + 4
    const isPlain = length <= inlineBytes && ((one | two | three) & 0x80808080) === 0
    const text = isPlain ? bytes.toString('latin1', from, from + length) : itemOf(vector, at, length)
    if (text === null) return null
    this.#keys[key] = length
    this.#keys[key + 1] = one
    this.#keys[key + 2] = two
    this.#keys[key + 3] = three
    this.#texts[slot] = text
    this.#vectors[slot] = this.#vector
    return text
  }
}

const mix = 0x9e3779b1

/** @param length bytes of the text: the library drops a byte order mark before it. */
function itemOf(vector: DuckDBVector, at: number, length?: number): string | null {
  const item = vector.getItem(at)
  if (typeof item !== 'string') return item === null ? null : String(item)
  return length !== undefined && Buffer.byteLength(item) < length ? `\ufeff${item}` : item
}

/** The bits of a vector, 32 to a word; `all` where every item is there, `unknown` where only `getItem` can tell. */
type Validity = Uint32Array | 'all' | 'unknown'

function validityOf(vector: DuckDBVector, count: number): Validity {
  const validity = behind(vector, 'validity')
  if (typeof validity !== 'object' || validity === null || behind(validity, 'offset') !== 0) return 'unknown'
  const data = behind(validity, 'data')
  if (data === null) return 'all'
  if (!(data instanceof BigUint64Array) || data.length * 64 < count || !littleEndian) return 'unknown'
  return new Uint32Array(data.buffer, data.byteOffset, data.length * 2)
}

const isValid = (validity: Uint32Array, at: number) =>
  (((validity[at >> 5] as number) >>> (at & 31)) & 1) === 1

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The library keeps its arrays to itself; what is not there any more is read the slow way. */
const behind = (owner: object, name: string): unknown => Reflect.get(owner, name)
