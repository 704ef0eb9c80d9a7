/** The cut points of one feature: bin b holds the values below cut b and not below cut b − 1. */

/**
 * Every distinct value has a bin of its own where there are at most `maxBin`; otherwise the cuts are data values at
 * equally spaced (weighted) ranks. The last cut lies above the maximum, so that "all present values" is a split too.
 * Same form as xgboost's hist (src/common/quantile.cc, AddCutPoint); its sketch is approximate, this is exact.
 *
 * @param column one value per row; NaN is missing and gets no bin.
 * @returns ascending float32 cuts; empty when every value is missing.
 */
export function cutPoints(column: Float32Array, maxBin: number, weights?: Float32Array): Float32Array {
  const distinct = distinctUpTo(column, maxBin)
  if (distinct !== undefined) return closed(distinct, distinct.at(-1))
  if (weights !== undefined) return weightedQuantiles(column, maxBin, weights)
  const sorted = column.filter((value) => !Number.isNaN(value)).sort()
  return closed(plainQuantiles(sorted, maxBin), sorted.at(-1))
}

/** Bins that start at the given ascending values, as cuts: all but the first start, and one above the maximum. */
function closed(starts: Float32Array, maximum: number | undefined): Float32Array {
  if (maximum === undefined) return new Float32Array(0)
  const cuts = new Float32Array(starts.length)
  cuts.set(starts.subarray(1))
  cuts[starts.length - 1] = maximum + (Math.abs(maximum) + 1e-5)
  return cuts
}

/** The distinct present values, ascending, or undefined when there are more than `limit`. */
function distinctUpTo(column: Float32Array, limit: number): Float32Array | undefined {
  const size = 2 ** Math.ceil(Math.log2(limit * 4))
  const slots = new Float32Array(size).fill(Number.NaN)
  const word = new Float32Array(1)
  const bits = new Uint32Array(word.buffer)
  const found: number[] = []
  let previous = Number.NaN
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number
    // Runs of one value are what most columns consist of.
    if (value === previous || Number.isNaN(value)) continue
    previous = value
    word[0] = value
    let slot = Math.imul(bits[0] as number, 0x9e3779b1) >>> 8
    slot &= size - 1
    while (!Number.isNaN(slots[slot]) && slots[slot] !== value) slot = (slot + 1) & (size - 1)
    if (slots[slot] === value) continue
    if (found.length === limit) return undefined
    slots[slot] = value
    found.push(value)
  }
  return Float32Array.from(found).sort()
}

/** The minimum and the distinct values at the ranks j·n/maxBin. */
function plainQuantiles(sorted: Float32Array, maxBin: number): Float32Array {
  const starts = [sorted[0] as number]
  for (let bin = 1; bin < maxBin; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / maxBin)] as number
    if (value > (starts.at(-1) as number)) starts.push(value)
  }
  return Float32Array.from(starts)
}

function weightedQuantiles(column: Float32Array, maxBin: number, weights: Float32Array): Float32Array {
  const rows = Uint32Array.from(column.keys()).filter((row) => !Number.isNaN(column[row]))
  rows.sort((one, other) => (column[one] as number) - (column[other] as number))
  const total = rows.reduce((sum, row) => sum + (weights[row] as number), 0)
  const starts = [column[rows[0] as number] as number]
  let bin = 1
  let below = 0
  for (const row of rows) {
    const value = column[row] as number
    below += weights[row] as number
    for (; bin < maxBin && (bin * total) / maxBin < below; bin++) {
      if (value > (starts.at(-1) as number)) starts.push(value)
    }
  }
  return closed(Float32Array.from(starts), column[rows.at(-1) as number])
}
