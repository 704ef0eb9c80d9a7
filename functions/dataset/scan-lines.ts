/** Walks newline-delimited JSON once: reads every line, gathers the keys, finds where it may be cut, refuses what is no row. */
import { RegimenError } from '../errors.ts'
import { maxColumns } from './check-names.ts'
import { type Cut, Cuts } from './cuts.ts'
import { type JsonCell, JsonFault, JsonTable } from './json-table.ts'
import { maxRecordBytes } from './scan-csv.ts'

const newline = 0x0a

export interface ScannedLines {
  readonly rows: number
  readonly cuts: readonly Cut[]
  /** Every key of every line. */
  readonly header: readonly string[]
  /** The first rows, shorter where a key came later. */
  readonly sample: readonly (readonly JsonCell[])[]
}

export class LineScan {
  readonly #uri: string
  readonly #sampleRows: number
  readonly #cuts: Cuts
  readonly #table = new JsonTable()
  readonly #sample: JsonCell[][] = []
  #rest: Buffer[] = []
  #restBytes = 0
  #bytes: number
  #rows = 0

  constructor(options: { partBytes: number; uri: string; sampleRows: number; offset?: number }) {
    this.#uri = options.uri
    this.#sampleRows = options.sampleRows
    this.#bytes = options.offset ?? 0
    this.#cuts = new Cuts(options.partBytes, this.#bytes)
  }

  get place(): string {
    return `row ${this.#rows + 1}`
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      this.#line(chunk.subarray(start, at))
      start = at + 1
      this.#cuts.offer(this.#bytes + start, this.#rows)
    }
    this.#bytes += chunk.length
    if (start === chunk.length) return
    this.#rest.push(Buffer.from(chunk.subarray(start)))
    this.#restBytes += chunk.length - start
    if (this.#restBytes > maxRecordBytes)
      this.#refuse(new JsonFault(`is longer than ${maxRecordBytes} bytes`, 'one JSON object per line'))
  }

  #line(end: Buffer): void {
    const bytes = this.#rest.length === 0 ? end : Buffer.concat([...this.#rest, end])
    this.#rest = []
    this.#restBytes = 0
    const line = bytes.toString('utf8')
    if (line.trim() === '') return
    try {
      const cells = this.#table.read(line)
      if (this.#sample.length < this.#sampleRows) this.#sample.push(cells)
    } catch (error) {
      this.#refuse(error)
    }
    this.#rows++
    if (this.#table.names.length > maxColumns)
      throw new RegimenError('DatasetUnreadable', {
        what: `the lines have more than ${maxColumns} different keys`,
        where: `${this.#uri}, row ${this.#rows}`,
        expected: 'the same keys in every line',
        do: 'make a value of what is a key',
      })
  }

  /** @throws RegimenError `DatasetEmpty` when there is no row. */
  end(): ScannedLines {
    this.#line(Buffer.alloc(0))
    if (this.#rows === 0)
      throw new RegimenError('DatasetEmpty', {
        what: 'the file has no rows',
        where: this.#uri,
        do: 'upload a file with rows',
      })
    const cuts = this.#cuts.end(this.#bytes, this.#rows)
    return { rows: this.#rows, cuts, header: this.#table.names, sample: this.#sample }
  }

  #refuse(error: unknown): never {
    if (!(error instanceof JsonFault)) throw error
    const column = error.column === undefined ? '' : `, column ${JSON.stringify(error.column.slice(0, 60))}`
    throw new RegimenError('DatasetUnreadable', {
      what: `the table cannot be read: ${this.place}${column} ${error.message}`,
      where: this.#uri,
      expected: error.expected,
      do: 'correct the line; each must be one flat JSON object (RFC 8259)',
    })
  }
}
