/** Sums of products of many columns, a block of rows at a time: what is in the cache is used for all of its pairs. */

/** Rows of a block; it stands column by column, and what has no value there is 0. */
export const blockRows = 512
/** A block has a multiple of so many columns. */
const tile = 4

/** Columns rounded up to what `addProducts` takes. */
export const paddedColumns = (columns: number) => Math.ceil(columns / tile) * tile

/** A block for so many columns, all 0. */
export const emptyBlock = (columns: number) => new Float64Array(paddedColumns(columns) * blockRows)

/**
 * Adds Σ aᵢ·bⱼ over the rows of two blocks to sums[i · columns of b + j], both numbers of columns padded.
 *
 * @param upper leaves out whatever stands below the diagonal, roughly.
 */
export function addProducts(a: Float64Array, b: Float64Array, sums: Float64Array, upper = false): void {
  const columnsA = a.length / blockRows
  const columnsB = b.length / blockRows
  for (let i = 0; i < columnsA; i += 2)
    for (let j = upper ? i - (i % tile) : 0; j < columnsB; j += tile) addTile(a, b, sums, i, j, columnsB)
}

/** Two columns by four: eight sums that do not wait for each other. */
function addTile(
  a: Float64Array,
  b: Float64Array,
  sums: Float64Array,
  i: number,
  j: number,
  columns: number,
): void {
  const a0 = i * blockRows
  const b0 = j * blockRows
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let row = 0; row < blockRows; row++) {
    const x0 = a[a0 + row] as number
    const x1 = a[a0 + blockRows + row] as number
    const y0 = b[b0 + row] as number
    const y1 = b[b0 + blockRows + row] as number
    const y2 = b[b0 + 2 * blockRows + row] as number
    const y3 = b[b0 + 3 * blockRows + row] as number
    s00 += x0 * y0
    s01 += x0 * y1
    s02 += x0 * y2
    s03 += x0 * y3
    s10 += x1 * y0
    s11 += x1 * y1
    s12 += x1 * y2
    s13 += x1 * y3
  }
  const at = i * columns + j
  for (const [place, sum] of [s00, s01, s02, s03].entries())
    sums[at + place] = (sums[at + place] as number) + sum
  for (const [place, sum] of [s10, s11, s12, s13].entries())
    sums[at + columns + place] = (sums[at + columns + place] as number) + sum
}
