/** The dictionary of one column: each distinct cell is kept once, and of every row which of them it holds. */
import type { CodedColumn } from './coded-table.ts'
import { plainNumber } from './plain-number.ts'

/** Cells of a text, row after row. */
export interface CellBlock {
  readonly bytes: Uint8Array
  /** Of each cell: where it starts, where it ends (exclusive), the hash of its bytes, and nothing. */
  readonly places: Int32Array
  readonly cells: number
  /** Room for a code per cell. */
  readonly codes: Int32Array
}

/** Numbers of `places` per cell: four, so that those of a cell lie in one line of the cache. */
export const placeSize = 4

/** Of the hash by Fowler, Noll and Vo (FNV-1a), 32 bits: xor with each byte, times the prime. */
export const [hashBasis, hashPrime] = [0x811c_9dc5 | 0, 0x0100_0193] as const

export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = hashBasis
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), hashPrime)
  return hash
}

const initialCells = 32

export class ColumnCoder {
  /** Open addressing, twice as many as there is room for cells: a code plus 1, or 0 for an empty slot. */
  #slots = new Int32Array(2 * initialCells)
  #hashes = new Int32Array(initialCells)
  #counts = new Int32Array(initialCells)
  #firstRows = new Int32Array(initialCells)
  /** Where each cell ends in `#bytes`; the next one begins there. */
  #ends = new Int32Array(initialCells)
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(16 * initialCells)
  #codes: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> = new Uint8Array(
    1_024,
  )
  #size = 0
  #rows = 0
  #misses = 0

  get bytesHeld(): number {
    return this.#codes.byteLength + this.#bytes.length + 4 * (this.#slots.length + 4 * this.#hashes.length)
  }

  /** Distinct cells. */
  get size(): number {
    return this.#size
  }

  /** Slots of other cells that were looked at: many where somebody has made cells that all hash alike. */
  get misses(): number {
    return this.#misses
  }

  /** Takes every `step`-th cell of a block from the one at `first`. */
  add({ bytes, places, cells, codes }: CellBlock, first: number, step: number): void {
    let taken = 0
    for (let cell = first; cell < cells; cell += step) {
      const place = cell * placeSize
      const start = places[place] as number
      const end = places[place + 1] as number
      const hash = places[place + 2] as number
      const slot = this.#slotOf(bytes, start, end, hash)
      let code = (this.#slots[slot] as number) - 1
      if (code < 0) {
        code = this.#insert(slot, bytes, start, end)
        this.#hashes[code] = hash
        this.#firstRows[code] = this.#rows + taken + 1
        if (this.#size === this.#hashes.length) this.#makeRoom()
      }
      this.#counts[code] = (this.#counts[code] as number) + 1
      codes[taken++] = code
    }
    while (this.#rows + taken > this.#codes.length) this.#codes = twiceAsLong(this.#codes)
    this.#codes.set(codes.subarray(0, taken), this.#rows)
    this.#rows += taken
  }

  /** @returns where the cell stands, or an empty slot for it. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = spread(hash) & mask
    for (let code = this.#slots[slot] as number; code > 0; code = this.#slots[slot] as number) {
      if (this.#hashes[code - 1] === hash && this.#holds(code - 1, bytes, start, end)) break
      this.#misses++
      slot = (slot + 1) & mask
    }
    return slot
  }

  #holds(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    let kept = startOf(this.#ends, code)
    if ((this.#ends[code] as number) - kept !== end - start) return false
    for (let at = start; at < end; at++) if (bytes[at] !== this.#bytes[kept++]) return false
    return true
  }

  #insert(slot: number, bytes: Uint8Array, start: number, end: number): number {
    const code = this.#size++
    let kept = startOf(this.#ends, code)
    while (kept + end - start > this.#bytes.length) this.#bytes = twiceAsLong(this.#bytes)
    for (let at = start; at < end; at++) this.#bytes[kept++] = bytes[at] as number
    this.#ends[code] = kept
    this.#slots[slot] = code + 1
    if (code === 0x100) this.#codes = Uint16Array.from(this.#codes)
    if (code === 0x1_0000) this.#codes = Uint32Array.from(this.#codes)
    return code
  }

  #makeRoom(): void {
    this.#hashes = twiceAsLong(this.#hashes)
    this.#counts = twiceAsLong(this.#counts)
    this.#firstRows = twiceAsLong(this.#firstRows)
    this.#ends = twiceAsLong(this.#ends)
    this.#slots = new Int32Array(2 * this.#slots.length)
    const mask = this.#slots.length - 1
    for (let code = 0; code < this.#size; code++) {
      let slot = spread(this.#hashes[code] as number) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = code + 1
    }
  }

  /** Lets go of the column's memory. */
  release(): void {
    free(this.#slots, this.#hashes, this.#counts, this.#firstRows, this.#ends, this.#bytes, this.#codes)
  }

  /** @param nullTokens bytes of the cells that mean "missing" */
  end(decode: (bytes: Uint8Array) => string, nullTokens: readonly Uint8Array[]): CodedColumn {
    const missing = nullTokens.flatMap((token) => {
      const slot = this.#slotOf(token, 0, token.length, hashBytes(token, 0, token.length))
      return this.#slots[slot] === 0 ? [] : [(this.#slots[slot] as number) - 1]
    })
    free(this.#slots, this.#hashes)
    const ends = this.#ends.subarray(0, this.#size)
    const bytes = this.#bytes.subarray(0, ends.at(-1))
    return {
      size: this.#size,
      missing,
      text(code) {
        if (missing.includes(code)) return null
        return decode(bytes.subarray(startOf(ends, code), ends[code]))
      },
      plainNumber: (code, isWhole) => plainNumber(bytes, startOf(ends, code), ends[code] as number, isWhole),
      counts: this.#counts.subarray(0, this.#size),
      firstRows: this.#firstRows.subarray(0, this.#size),
      codes: this.#codes.subarray(0, this.#rows),
    }
  }
}

const startOf = (ends: Int32Array, code: number) => (code === 0 ? 0 : (ends[code - 1] as number))

/** Lets go of memory at once, so that it does not wait for the collector. */
const free = (...values: readonly Integers[]) => {
  for (const { buffer } of values) if (!buffer.detached) buffer.transfer(0)
}

/** The upper bits of the product depend on all bits of the hash. */
const spread = (hash: number) => Math.imul(hash, 0x9e37_79b1) >>> 7

type Integers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>

function twiceAsLong<Values extends Integers>(values: Values): Values {
  const longer = values.buffer.transfer(2 * values.byteLength)
  return new (values.constructor as new (buffer: ArrayBuffer) => Values)(longer)
}
