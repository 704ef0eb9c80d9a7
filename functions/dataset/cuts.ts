/** Where a text may be cut into parts: between rows, at about the size asked for. */

/** A stretch of whole rows; `firstRow` rows of the file stand before it. */
export interface Cut {
  readonly byteStart: number
  readonly byteEnd: number
  readonly firstRow: number
  readonly rows: number
}

export class Cuts {
  readonly #partBytes: number
  #start: number
  #firstRow = 0
  readonly #cuts: Cut[] = []

  constructor(partBytes: number, start: number) {
    this.#partBytes = partBytes
    this.#start = start
  }

  /** The first part begins here: before the header stands nothing. */
  begin(position: number): void {
    this.#start = position
  }

  /** A row ended before `position`, and `rows` of the file stand before it. */
  offer(position: number, rows: number): void {
    if (position - this.#start >= this.#partBytes && rows > this.#firstRow) this.#close(position, rows)
  }

  #close(position: number, rows: number): void {
    this.#cuts.push({
      byteStart: this.#start,
      byteEnd: position,
      firstRow: this.#firstRow,
      rows: rows - this.#firstRow,
    })
    this.#start = position
    this.#firstRow = rows
  }

  /** All of them; the last one goes on to the end of the text. */
  end(position: number, rows: number): readonly Cut[] {
    if (rows > this.#firstRow) this.#close(position, rows)
    const last = this.#cuts.at(-1)
    return last === undefined ? [] : this.#cuts.with(-1, { ...last, byteEnd: position })
  }
}
