/** Walks a delimited text once, byte by byte: counts rows as RFC 4180 does, finds where it may be cut, refuses what is broken. */
import { RegimenError } from '../errors.ts'
import type { Delimiter } from './csv-records.ts'
import { type Cut, Cuts } from './cuts.ts'

/** Longest record that is read, in bytes. */
export const maxRecordBytes = 16 * 1_024 * 1_024

export interface ScannedCsv {
  /** Data rows, without the header. */
  readonly rows: number
  readonly bytes: number
  /** It has line ends that DuckDB takes otherwise: the text is written anew before it is read. */
  readonly irregular: boolean
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
  readonly #uri: string
  readonly #cuts: Cuts
  #state: State = atStart
  #fields = 1
  #recordStart: number
  #onlySpaces = true
  #pendingCarriage = false
  #header = true
  #rows = 0
  #bytes: number
  #irregular = false

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
    this.#uri = options.uri
    this.#bytes = options.offset ?? 0
    this.#recordStart = this.#bytes
    this.#cuts = new Cuts(options.partBytes, this.#bytes)
  }

  /** Where the walk stands, in words: no name, for a file without a header would show a row's cells as names. */
  get place(): string {
    return `${this.#header ? 'header' : `row ${this.#rows + 1}`}, column ${this.#fields}`
  }

  push(chunk: Uint8Array): void {
    const { length } = chunk
    for (let at = 0; at < length; at++) {
      // Most bytes are the inside of a field or end it; these are the fast ways through them.
      if (this.#state === inQuotes) {
        let byte = chunk[at] as number
        while (byte !== quote && byte !== 0 && ++at < length) byte = chunk[at] as number
      } else if (this.#state !== afterQuote && !this.#pendingCarriage) at = this.#skipFields(chunk, at)
      if (at === length) break
      this.#step(chunk[at] as number, at)
    }
    this.#bytes += length
    this.#checkLength(this.#bytes)
  }

  /** @returns where a byte stands that is neither the inside of a plain field nor its delimiter. */
  #skipFields(chunk: Uint8Array, from: number): number {
    const delimiter = this.#delimiter
    const { length } = chunk
    let at = from
    let start = from
    let fields = 0
    for (; at < length; at++) {
      const byte = chunk[at] as number
      if (byte === delimiter) {
        fields++
        start = at + 1
      } else if (byte <= quote && !(byte === space && at > start)) break
    }
    // Within the last field: what was before it belongs to another one.
    if (fields > 0) this.#onlySpaces = true
    if (at > start) this.#onlySpaces = false
    if (fields > 0 || at > start) this.#state = at > start ? inField : atStart
    this.#fields += fields
    return at
  }

  #checkLength(position: number): void {
    if (position - this.#recordStart > maxRecordBytes)
      this.#refuse(
        `is longer than ${maxRecordBytes} bytes`,
        'shorter rows; a quote that is never closed makes long ones',
      )
  }

  #step(byte: number, at: number): void {
    if (byte === 0) this.#refuse('holds a NUL byte', 'text in UTF-8, UTF-16 or Latin-1')
    if (this.#pendingCarriage) {
      this.#pendingCarriage = false
      if (byte === newline) {
        // Behind a first cell that holds a line break DuckDB takes the two for two ends, and a blank line for a row.
        if (this.#columns === 1) this.#irregular = true
        this.#endRecord(at + 1, 2)
        return
      }
      this.#irregular = true
      this.#endRecord(at, 1)
    }
    if (this.#state === inQuotes) {
      if (byte === quote) this.#state = afterQuote
    } else if (byte === newline) {
      this.#endRecord(at + 1, 1)
    } else if (byte === carriage) {
      this.#pendingCarriage = true
    } else if (byte === this.#delimiter) {
      this.#fields++
      this.#state = atStart
      this.#onlySpaces = true
    } else if (byte === quote) {
      if (this.#state === atStart || this.#state === afterQuote) this.#state = inQuotes
      else if (this.#onlySpaces)
        this.#refuse('has a quoted field that starts with a space', 'the quote first')
    } else {
      if (this.#state === afterQuote) this.#refuse('has text after a closing quote', 'a delimiter there')
      this.#state = inField
      if (byte !== space) this.#onlySpaces = false
    }
  }

  /** `next` is the position within the chunk at which the next record starts, `mark` the length of the line end. */
  #endRecord(next: number, mark: number): void {
    const position = this.#bytes + next
    // As DuckDB reads it: a blank line is no row, unless the table has one column (then it is a row with null).
    const blank = position - mark === this.#recordStart
    this.#checkLength(position)
    if (this.#fields !== this.#columns && !blank)
      this.#refuse(
        `has ${this.#fields === 1 ? '1 field' : `${this.#fields} fields`}`,
        `${this.#columns}, as the header has`,
      )
    if (this.#header) {
      if (blank) this.#cuts.begin(position)
      else this.#header = false
    } else if (!blank || this.#columns === 1) {
      this.#rows++
    }
    this.#state = atStart
    this.#fields = 1
    this.#onlySpaces = true
    this.#recordStart = position
    this.#cuts.offer(position, this.#rows)
  }

  /** @throws RegimenError `DatasetUnreadable` for an open quote, `DatasetEmpty` when there is no row. */
  end(): ScannedCsv {
    if (this.#state === inQuotes) this.#refuse('opens a quote that is never closed', 'a closing quote')
    if (this.#pendingCarriage || this.#bytes > this.#recordStart) {
      if (this.#pendingCarriage) this.#irregular = true
      this.#endRecord(0, this.#pendingCarriage ? 1 : 0)
      this.#pendingCarriage = false
    }
    if (this.#rows === 0)
      throw new RegimenError('DatasetEmpty', {
        what: 'the file has a header and no rows',
        where: this.#uri,
        do: 'upload a file with rows',
      })
    const cuts = this.#cuts.end(this.#bytes, this.#rows)
    return { rows: this.#rows, bytes: this.#bytes, irregular: this.#irregular, cuts }
  }

  #refuse(got: string, expected: string): never {
    throw new RegimenError('DatasetUnreadable', {
      what: `the table cannot be read: ${this.place} ${got}`,
      where: this.#uri,
      expected,
      do: 'correct the file; it must keep RFC 4180',
    })
  }
}
