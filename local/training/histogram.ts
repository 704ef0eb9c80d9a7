/** Gradient histograms of a node's rows: built from bins, summed over threads, and by subtraction from the parent. */
import type { Block } from './binned-table.ts'

/**
 * Adds the rows `list[from … to − 1]` to the histogram, 2 numbers (gradient, hessian) a slot.
 * @param at where the node's histogram starts in `sums`, in numbers.
 */
export function addRows(
  sums: Float64Array,
  at: number,
  block: Block,
  pairs: Float64Array,
  list: Int32Array,
  from: number,
  to: number,
): void {
  const { data, width } = block
  const start = at + 2 * block.firstSlot
  for (let index = from; index < to; index++) {
    const row = list[index] as number
    const gradient = pairs[2 * row] as number
    const hessian = pairs[2 * row + 1] as number
    const end = row * width + width
    for (let cell = row * width; cell < end; cell++) {
      const slot = start + 2 * (data[cell] as number)
      sums[slot] = (sums[slot] as number) + gradient
      sums[slot + 1] = (sums[slot + 1] as number) + hessian
    }
  }
}

/** `sums[at + i] += others[from + i]` for `count` numbers. */
export function addSums(
  sums: Float64Array,
  at: number,
  others: Float64Array,
  from: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    sums[at + index] = (sums[at + index] as number) + (others[from + index] as number)
  }
}

/** `sums[at + i] −= sums[from + i]`: the parent's histogram becomes that of the other child. */
export function subtractSums(sums: Float64Array, at: number, from: number, count: number): void {
  for (let index = 0; index < count; index++) {
    sums[at + index] = (sums[at + index] as number) - (sums[from + index] as number)
  }
}
