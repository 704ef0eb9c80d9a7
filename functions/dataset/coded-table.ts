/** A table in memory: every distinct cell of a column once, and which of them each row holds. */

export interface CodedColumn {
  /** Distinct cells, as they are written. */
  readonly size: number
  /** Cells that mean "missing": each way to write it is a cell of its own. */
  readonly missing: readonly number[]
  /** Null where the cell means "missing". */
  text(code: number): string | null
  /** A cell that is a number written plainly, see `plainNumber`; NaN for every other one. */
  plainNumber(code: number, isWhole: boolean): number
  /** Rows that hold each. */
  readonly counts: ArrayLike<number>
  /** The first of them, from 1. */
  readonly firstRows: ArrayLike<number>
  /** What each row holds. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array
}

export interface CodedTable {
  readonly header: readonly string[]
  readonly rows: number
  /** One per column of the file, in order; their arrays are as long as told, no longer. */
  readonly columns: readonly CodedColumn[]
}
