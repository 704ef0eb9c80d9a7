/** Writes delimited text anew in the plainest form: line feeds alone end records, every cell that is there is quoted. */
import type { Delimiter } from './csv-records.ts'

const quote = 0x22
const newline = 0x0a
const carriage = 0x0d
const comma = 0x2c

/**
 * For texts that the scan has let pass and that DuckDB would read otherwise: it loses the cell after a lone carriage
 * return in a file that has other line ends too. Takes an ASCII superset, leaves blank lines of wide tables out.
 */
export class CsvRewriter {
  readonly #delimiter: number
  readonly #columns: number
  #state: 'start' | 'field' | 'quotes' | 'after' = 'start'
  #fields = 1
  #written = false
  #pendingCarriage = false
  #out: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(options: { delimiter: Delimiter; columns: number }) {
    this.#delimiter = options.delimiter.charCodeAt(0)
    this.#columns = options.columns
  }

  push(chunk: Uint8Array): Buffer {
    // A byte becomes at most three: an opening quote and itself twice.
    this.#out = Buffer.allocUnsafe(chunk.length * 3 + 8)
    this.#at = 0
    for (const byte of chunk) this.#step(byte)
    return this.#out.subarray(0, this.#at)
  }

  end(): Buffer {
    this.#out = Buffer.allocUnsafe(8)
    this.#at = 0
    if (this.#pendingCarriage || this.#state !== 'start' || this.#fields > 1) this.#endRecord()
    return this.#out.subarray(0, this.#at)
  }

  #step(byte: number): void {
    if (this.#pendingCarriage) {
      this.#pendingCarriage = false
      this.#endRecord()
      if (byte === newline) return
    }
    if (this.#state === 'quotes') {
      if (byte === quote) this.#state = 'after'
      else this.#put(byte)
    } else if (byte === newline) this.#endRecord()
    else if (byte === carriage) this.#pendingCarriage = true
    else if (byte === this.#delimiter) {
      this.#endField()
      this.#fields++
      this.#put(comma)
    } else if (byte === quote && this.#state === 'start') {
      this.#open()
      this.#state = 'quotes'
    } else if (byte === quote && this.#state === 'after') {
      this.#put(quote)
      this.#put(quote)
      this.#state = 'quotes'
    } else {
      if (this.#state === 'start') this.#open()
      this.#state = 'field'
      if (byte === quote) this.#put(quote)
      this.#put(byte)
    }
  }

  #open(): void {
    this.#put(quote)
    this.#written = true
  }

  #endField(): void {
    if (this.#state !== 'start') this.#put(quote)
    this.#state = 'start'
  }

  #endRecord(): void {
    this.#endField()
    if (this.#written || this.#fields > 1 || this.#columns === 1) this.#put(newline)
    this.#fields = 1
    this.#written = false
  }

  #put(byte: number): void {
    this.#out[this.#at++] = byte
  }
}
