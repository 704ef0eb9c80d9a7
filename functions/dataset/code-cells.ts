/** Takes the text of a CSV as the walk reads it, and keeps it as a table in memory as long as that is small. */
import type { CodedTable } from './coded-table.ts'
import { ColumnCoder, hashBasis, hashBytes, hashPrime, placeSize } from './column-coder.ts'
import type { Delimiter } from './csv-records.ts'

const quote = 0x22
const newline = 0x0a
const carriage = 0x0d

/** Cells of a block: what is known of them lies in the cache while column after column takes its own. */
const blockCells = 16_384
/** A longer cell is not worth its place in a dictionary. */
const longestCell = 65_536
/** A table that takes more is not kept where more than this share of its cells differ: DuckDB is faster at those. */
const fewBytes = 16 * 1_024 * 1_024
const mostDistinct = 0.25
/** Misses per cell beyond which dictionaries are no way to keep a table. */
const mostMisses = 16

/** What only the end of the walk tells, and whoever reads the table. */
export interface CodedText {
  readonly header: readonly string[]
  /** Reads the encoding of the text. */
  readonly decode: (bytes: Uint8Array) => string
  /** Cells that mean "missing", beside the empty one; ASCII. */
  readonly nullTokens: readonly string[]
}

/**
 * Feed it what `CsvScan` has let pass: it checks nothing. A line ends with LF, CR LF or CR; a blank one is no row unless
 * the table has one column; the first record is the header.
 */
export class CellCoder {
  readonly #delimiter: number
  readonly #mostBytes: number
  readonly #columns: readonly ColumnCoder[]
  readonly #places = new Int32Array(placeSize * blockCells)
  readonly #codes = new Int32Array(blockCells)
  /** The last chunk, and before it what the one before left: the start of a cell. */
  #text = new Uint8Array()
  #kept = 0
  /** Cells of all blocks before; the first ones are the header. */
  #taken = 0
  /** A line feed that comes next belongs to the carriage return before it. */
  #afterCarriage = false
  #isSmall = true

  /** @param width fields of every record. @param mostBytes that the table may take */
  constructor(width: number, delimiter: Delimiter, mostBytes: number) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#mostBytes = mostBytes
    this.#columns = Array.from({ length: width }, () => new ColumnCoder())
  }

  /** @returns false once the table is too large to be kept: what comes from then on is not looked at. */
  push(chunk: Uint8Array): boolean {
    if (!this.#isSmall) return false
    const length = this.#kept + chunk.length
    if (length > this.#text.length) {
      const longer = new Uint8Array(length + longestCell)
      longer.set(this.#text.subarray(0, this.#kept))
      this.#text = longer
    }
    this.#text.set(chunk, this.#kept)
    const taken = this.#take(this.#text, length)
    this.#text.copyWithin(0, taken, length)
    this.#kept = length - taken
    this.#isSmall &&= this.#kept <= longestCell
    return this.#isSmall
  }

  /** @returns undefined where the table is too large. */
  end({ header, decode, nullTokens }: CodedText): CodedTable | undefined {
    const width = this.#columns.length
    // Whatever stands behind the last line end is a record.
    if (this.#kept > 0 || this.#taken % width > 0) this.push(Uint8Array.of(newline))
    if (!this.#isSmall) return undefined
    const missing = [...new Set(['', ...nullTokens])].map((token) => Buffer.from(token, 'latin1'))
    return {
      header,
      rows: this.#taken / width - 1,
      columns: this.#columns.map((column) => column.end(decode, missing)),
    }
  }

  /** Lets go of the memory of what was kept, the table of `end` among it. */
  release(): void {
    for (const column of this.#columns) column.release()
  }

  /** @returns how many of the bytes are taken: whole cells. */
  #take(bytes: Uint8Array, length: number): number {
    const delimiter = this.#delimiter
    const places = this.#places
    let cells = 0
    let taken = this.#afterCarriage && bytes[0] === newline ? 1 : 0
    this.#afterCarriage = false
    for (let at = taken; at < length; at++) {
      let start = at
      let byte = bytes[at] as number
      let hash = hashBasis
      let end = at
      if (byte === quote) {
        const closing = closingQuote(bytes, at, length)
        if (closing < 0) break
        start = at + 1
        end = halveQuotes(bytes, start, closing)
        hash = hashBytes(bytes, start, end)
        at = closing + 1
        byte = bytes[at] as number
      } else {
        while (byte !== delimiter && byte !== newline && byte !== carriage && ++at < length) {
          hash = Math.imul(hash ^ byte, hashPrime)
          byte = bytes[at] as number
        }
        if (at === length) break
        end = at
      }
      const isBlank = at === start && byte !== delimiter && this.#skipsBlank(cells)
      if (!isBlank) {
        places[placeSize * cells] = start
        places[placeSize * cells + 1] = end
        places[placeSize * cells + 2] = hash
        cells++
      }
      if (byte === carriage) {
        if (at + 1 === length) this.#afterCarriage = true
        else if (bytes[at + 1] === newline) at++
      }
      taken = at + 1
      if (cells === blockCells) {
        this.#flush(bytes, cells)
        if (!this.#isSmall) return length
        cells = 0
      }
    }
    this.#flush(bytes, cells)
    return taken
  }

  /** Whether a blank line after so many cells of the block is no row. */
  #skipsBlank(cells: number): boolean {
    const width = this.#columns.length
    return (this.#taken + cells) % width === 0 && (width > 1 || this.#taken + cells === 0)
  }

  #flush(bytes: Uint8Array, cells: number): void {
    const block = { bytes, places: this.#places, cells, codes: this.#codes }
    const width = this.#columns.length
    const header = Math.max(0, width - this.#taken)
    const next = (this.#taken + header) % width
    for (const [at, column] of this.#columns.entries()) {
      const first = header + ((at - next + width) % width)
      if (first < cells) column.add(block, first, width)
    }
    this.#taken += cells
    this.#isSmall = this.#isWorthwhile()
  }

  #isWorthwhile(): boolean {
    let [held, misses, distinct] = [0, 0, 0]
    for (const column of this.#columns) {
      held += column.bytesHeld
      misses += column.misses
      distinct += column.size
    }
    const isRepetitive = held <= fewBytes || distinct <= mostDistinct * this.#taken
    return isRepetitive && held <= this.#mostBytes && misses <= mostMisses * (this.#taken + blockCells)
  }
}

/** @returns where the quote stands that closes the one at `open`; below 0 where the bytes do not show it yet. */
function closingQuote(bytes: Uint8Array, open: number, length: number): number {
  for (let at = open + 1; at + 1 < length; at++)
    if (bytes[at] === quote) {
      if (bytes[at + 1] !== quote) return at
      at++
    }
  return -1
}

/** Two quotes are one. @returns where the text ends that begins at `start`. */
function halveQuotes(bytes: Uint8Array, start: number, end: number): number {
  const doubled = bytes.indexOf(quote, start)
  if (doubled < 0 || doubled >= end) return end
  let to = doubled
  for (let at = doubled; at < end; at++) {
    bytes[to++] = bytes[at] as number
    if (bytes[at] === quote) at++
  }
  return to
}
