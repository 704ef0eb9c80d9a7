/** What the co-moments of all pairs are made of: sums of deviations, their squares and products, over common rows. */
import { blockRows, paddedColumns, productSums } from './product-sums.ts'

/** Deviations are from a column's own mean; "common rows" of two columns are those where both have a value. */
export interface DeviationSums {
  readonly means: Float64Array
  /** Common rows. */
  count(x: number, y: number): number
  /** Σ of x's deviations over the common rows. */
  sum(x: number, y: number): number
  /** Σ of their squares. */
  squares(x: number, y: number): number
  /** Σ of the products of both deviations. */
  products(x: number, y: number): number
}

/** A value per row, NaN where there is none: a `Float64Array`, or what makes a stretch of one when it is asked for. */
export interface NumberRows {
  readonly length: number
  /** What it answers may be written over by the next call. */
  subarray(start: number, end: number): Float64Array
}

/** @param columns equally long */
export function deviationSums(columns: readonly NumberRows[]): DeviationSums {
  const means = new Float64Array(columns.length)
  // Mask 0 is that of every complete column.
  const masks = new Uint32Array(columns.length)
  let incomplete = 0
  for (const [at, values] of columns.entries()) {
    const { mean, isComplete } = meanOf(values)
    means[at] = mean
    if (!isComplete) masks[at] = ++incomplete
  }
  const width = paddedColumns(columns.length)
  const maskWidth = paddedColumns(incomplete + 1)
  const [count, masked] = [columns.length, incomplete + 1]
  const kernel = productSums(Math.max(count, masked))
  const deviations = kernel.block(count)
  const squares = kernel.block(count)
  const present = kernel.block(masked)
  const sums = {
    products: kernel.sums(count, count),
    deviations: kernel.sums(count, masked),
    squares: kernel.sums(count, masked),
    counts: kernel.sums(masked, masked),
  }
  const rows = columns[0]?.length ?? 0
  for (let start = 0; start < rows; start += blockRows) {
    const size = Math.min(blockRows, rows - start)
    present.fill(1, 0, size).fill(0, size, blockRows)
    for (const [at, values] of columns.entries())
      fillBlock(values.subarray(start, start + size), means[at] as number, {
        deviations: columnOf(deviations, at),
        squares: columnOf(squares, at),
        present: masks[at] === 0 ? undefined : columnOf(present, masks[at] as number),
      })
    kernel.add(deviations, deviations, sums.products, true)
    kernel.add(deviations, present, sums.deviations)
    kernel.add(squares, present, sums.squares)
    kernel.add(present, present, sums.counts, true)
  }
  const mask = (at: number) => masks[at] as number
  const ordered = (sum: Float64Array, a: number, b: number, stride: number) =>
    sum[Math.min(a, b) * stride + Math.max(a, b)] as number
  // Where y is complete, the common rows are those of x.
  const common = (x: number, y: number) => (mask(y) === 0 ? mask(x) : mask(y))
  return {
    means,
    count: (x, y) => ordered(sums.counts, mask(x), mask(y), maskWidth),
    sum: (x, y) => sums.deviations[x * maskWidth + common(x, y)] as number,
    squares: (x, y) => sums.squares[x * maskWidth + common(x, y)] as number,
    products: (x, y) => ordered(sums.products, x, y, width),
  }
}

const columnOf = (block: Float64Array, at: number) => block.subarray(at * blockRows, (at + 1) * blockRows)

function meanOf(column: NumberRows): { mean: number; isComplete: boolean } {
  let sum = 0
  let count = 0
  for (let start = 0; start < column.length; start += blockRows) {
    const values = column.subarray(start, Math.min(start + blockRows, column.length))
    for (let row = 0; row < values.length; row++) {
      const value = values[row] as number
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
  }
  return { mean: count === 0 ? 0 : sum / count, isComplete: count === column.length }
}

/** Rows beyond the last one have no deviation, as those without a value have none. */
function fillBlock(
  values: Float64Array,
  mean: number,
  block: { deviations: Float64Array; squares: Float64Array; present: Float64Array | undefined },
): void {
  const { deviations, squares, present } = block
  for (let row = 0; row < blockRows; row++) {
    const value = row < values.length ? (values[row] as number) : Number.NaN
    const isThere = !Number.isNaN(value)
    const deviation = isThere ? value - mean : 0
    deviations[row] = deviation
    squares[row] = deviation * deviation
    if (present !== undefined) present[row] = isThere ? 1 : 0
  }
}
