/** Walks newline-delimited JSON once: counts its rows and finds where it may be cut. JSON escapes the line breaks in texts. */
import { RegimenError } from '../errors.ts'
import type { Cut } from './scan-csv.ts'

const newline = 0x0a

export class LineScan {
  readonly #partBytes: number
  readonly #uri: string
  #bytes = 0
  #rows = 0
  #blank = true
  #cut: { byteStart: number; firstRow: number } = { byteStart: 0, firstRow: 0 }
  readonly #cuts: Cut[] = []

  constructor(options: { partBytes: number; uri: string; offset?: number }) {
    this.#partBytes = options.partBytes
    this.#uri = options.uri
    this.#bytes = options.offset ?? 0
    this.#cut = { byteStart: this.#bytes, firstRow: 0 }
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (byte === newline) this.#endLine(this.#bytes + at + 1)
      else if (byte > 0x20) this.#blank = false
    }
    this.#bytes += chunk.length
  }

  #endLine(position: number): void {
    if (!this.#blank) this.#rows++
    this.#blank = true
    if (position - this.#cut.byteStart >= this.#partBytes && this.#rows > this.#cut.firstRow)
      this.#close(position)
  }

  #close(position: number): void {
    this.#cuts.push({ ...this.#cut, byteEnd: position, rows: this.#rows - this.#cut.firstRow })
    this.#cut = { byteStart: position, firstRow: this.#rows }
  }

  /** @throws RegimenError `DatasetEmpty` when there is no row. */
  end(): { rows: number; cuts: readonly Cut[] } {
    if (!this.#blank) this.#endLine(this.#bytes)
    if (this.#rows === 0)
      throw new RegimenError('DatasetEmpty', {
        what: 'the file has no rows',
        where: this.#uri,
        do: 'upload a file with rows',
      })
    if (this.#rows > this.#cut.firstRow) this.#close(this.#bytes)
    return { rows: this.#rows, cuts: this.#cuts }
  }
}
