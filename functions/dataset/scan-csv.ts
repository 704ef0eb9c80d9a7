/** Walks a delimited text once, byte by byte: counts rows as RFC 4180 does, finds where it may be cut, refuses what is broken. */
import { RegimenError } from '../errors.ts'
import type { Delimiter } from './csv-records.ts'

/** A stretch of whole rows; `firstRow` rows of the file stand before it. */
export interface Cut {
  readonly byteStart: number
  readonly byteEnd: number
  readonly firstRow: number
  readonly rows: number
}

export interface ScannedCsv {
  /** Data rows, without the header. */
  readonly rows: number
  readonly bytes: number
  /** A quoted field holds a line break: the text must not be cut. */
  readonly quotedBreaks: boolean
  readonly cuts: readonly Cut[]
}

const quote = 0x22
const newline = 0x0a
const carriage = 0x0d
const space = 0x20

/** Where the walk stands within a record. */
const atStart = 0
const inField = 1
const inQuotes = 2
const afterQuote = 3
type State = typeof atStart | typeof inField | typeof inQuotes | typeof afterQuote

/**
 * Feed it the bytes of an ASCII superset (UTF-8, Latin-1) without byte order mark, then call `end`.
 *
 * Every record must have as many fields as the header, so that no row is ever read shifted.
 */
export class CsvScan {
  readonly #delimiter: number
  readonly #columns: number
  readonly #partBytes: number
  readonly #uri: string
  #state: State = atStart
  #fields = 1
  #recordBytes = 0
  #onlySpaces = true
  #pendingCarriage = false
  #header = true
  #rows = 0
  #bytes = 0
  #quotedBreaks = false
  readonly #start: number
  #cutStart: number
  #cutRows = 0
  readonly #cuts: Cut[] = []

  /** @param columns fields of the header. @param partBytes aimed size of a cut. @param offset bytes before the text. */
  constructor(options: {
    delimiter: Delimiter
    columns: number
    partBytes: number
    uri: string
    offset?: number
  }) {
    this.#delimiter = options.delimiter.charCodeAt(0)
    this.#columns = options.columns
    this.#partBytes = options.partBytes
    this.#uri = options.uri
    this.#bytes = options.offset ?? 0
    this.#start = this.#bytes
    this.#cutStart = this.#bytes
  }

  push(chunk: Uint8Array): void {
    const delimiter = this.#delimiter
    const length = chunk.length
    for (let at = 0; at < length; at++) {
      if (this.#state === inField && !this.#pendingCarriage) {
        // Most bytes are the inside of a plain field; this is the fast way through them.
        const start = at
        let byte = chunk[at] as number
        while (byte > quote && byte !== delimiter && ++at < length) byte = chunk[at] as number
        if (at > start) {
          this.#recordBytes += at - start
          this.#onlySpaces = false
        }
        if (at === length) break
      }
      this.#step(chunk[at] as number, at)
    }
    this.#bytes += length
  }

  #step(byte: number, at: number): void {
    if (byte === 0) this.#refuse('holds a NUL byte', 'text in UTF-8, UTF-16 or Latin-1')
    if (this.#pendingCarriage) {
      this.#pendingCarriage = false
      if (byte === newline) {
        this.#endRecord(at + 1)
        return
      }
      this.#endRecord(at)
    }
    if (this.#state === inQuotes) {
      if (byte === quote) this.#state = afterQuote
      else if ((byte === newline || byte === carriage) && !this.#header) this.#quotedBreaks = true
      this.#recordBytes++
    } else if (byte === newline) {
      this.#endRecord(at + 1)
    } else if (byte === carriage) {
      this.#pendingCarriage = true
    } else if (byte === this.#delimiter) {
      this.#fields++
      this.#recordBytes++
      this.#state = atStart
      this.#onlySpaces = true
    } else if (byte === quote) {
      this.#recordBytes++
      if (this.#state === atStart || this.#state === afterQuote) this.#state = inQuotes
      else if (this.#onlySpaces)
        this.#refuse('has a quoted field that starts with a space', 'the quote first')
    } else {
      if (this.#state === afterQuote) this.#refuse('has text after a closing quote', 'a delimiter there')
      this.#state = inField
      if (byte !== space) this.#onlySpaces = false
      this.#recordBytes++
    }
  }

  /** `next` is the position within the chunk at which the next record starts. */
  #endRecord(next: number): void {
    // As DuckDB reads it: a blank line is no row, unless the table has one column (then it is a row with null).
    const blank = this.#recordBytes === 0
    if (this.#fields !== this.#columns && !blank)
      this.#refuse(`has ${this.#fields} fields`, `${this.#columns}, as the header has`)
    if (this.#header) {
      if (!blank) this.#header = false
    } else if (!blank || this.#columns === 1) {
      this.#rows++
      this.#cutRows++
    }
    this.#state = atStart
    this.#fields = 1
    this.#recordBytes = 0
    this.#onlySpaces = true
    const position = this.#bytes + next
    if (position - this.#cutStart >= this.#partBytes && this.#cutRows > 0) this.#cut(position)
  }

  #cut(position: number): void {
    this.#cuts.push({
      byteStart: this.#cutStart,
      byteEnd: position,
      firstRow: this.#rows - this.#cutRows,
      rows: this.#cutRows,
    })
    this.#cutStart = position
    this.#cutRows = 0
  }

  /** @throws RegimenError `DatasetUnreadable` for an open quote, `DatasetEmpty` when there is no row. */
  end(): ScannedCsv {
    if (this.#state === inQuotes) this.#refuse('opens a quote that is never closed', 'a closing quote')
    if (this.#pendingCarriage || this.#recordBytes > 0) {
      this.#pendingCarriage = false
      this.#endRecord(0)
    }
    if (this.#rows === 0)
      throw new RegimenError('DatasetEmpty', {
        what: 'the file has a header and no rows',
        where: this.#uri,
        do: 'upload a file with rows',
      })
    if (this.#cutRows > 0) this.#cut(this.#bytes)
    const last = this.#cuts.at(-1)
    if (last !== undefined) this.#cuts[this.#cuts.length - 1] = { ...last, byteEnd: this.#bytes }
    const whole = { byteStart: this.#start, byteEnd: this.#bytes, firstRow: 0, rows: this.#rows }
    return {
      rows: this.#rows,
      bytes: this.#bytes,
      quotedBreaks: this.#quotedBreaks,
      cuts: this.#quotedBreaks ? [whole] : this.#cuts,
    }
  }

  #refuse(got: string, expected: string): never {
    const row = this.#header ? 'header' : `row ${this.#rows + 1}`
    throw new RegimenError('DatasetUnreadable', {
      what: `the table cannot be read: ${row} ${got}`,
      where: this.#uri,
      expected,
      do: 'correct the file; it must keep RFC 4180',
    })
  }
}
