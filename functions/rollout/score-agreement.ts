/** How far two versions say the same of the same rows. */
import type { PairedCounts } from '../drift/paired-counts.ts'

const cells = 10

/** Both sides counted in the deciles of the first. */
export function decileCounts(first: Float64Array, second: Float64Array): PairedCounts {
  const sorted = first.toSorted()
  const edges = Array.from(
    { length: cells - 1 },
    (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / cells)] ?? Number.POSITIVE_INFINITY,
  )
  const count = (values: Float64Array) => {
    const counts = new Float64Array(cells)
    for (const value of values) {
      const cell = edges.findIndex((edge) => value < edge)
      const at = cell < 0 ? cells - 1 : cell
      counts[at] = (counts[at] as number) + 1
    }
    return counts
  }
  return { baseline: count(first), current: count(second) }
}

/** Spearman's rank correlation, −1 to 1, ties sharing their mean rank; null where a side is constant. */
export function rankCorrelation(first: Float64Array, second: Float64Array): number | null {
  const [a, b] = [ranks(first), ranks(second)]
  const middle = (first.length - 1) / 2
  let product = 0
  let squaresA = 0
  let squaresB = 0
  for (let row = 0; row < a.length; row++) {
    const x = (a[row] as number) - middle
    const y = (b[row] as number) - middle
    product += x * y
    squaresA += x * x
    squaresB += y * y
  }
  const scale = Math.sqrt(squaresA * squaresB)
  return scale > 0 ? product / scale : null
}

function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, row) => row).sort(
    (one, other) => (values[one] as number) - (values[other] as number),
  )
  const ranked = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++
    for (let at = from; at <= to; at++) ranked[order[at] as number] = (from + to) / 2
    from = to + 1
  }
  return ranked
}
