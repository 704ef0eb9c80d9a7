/** Two samples over one support: cell i of both vectors counts the same value, level or interval. */

export interface PairedCounts {
  readonly baseline: Float64Array
  readonly current: Float64Array
}

/** Cells in ascending order of the value that stands for each: a value itself, or the middle of an interval. */
export interface PairedValues extends PairedCounts {
  readonly values: Float64Array
  /** Where the cells are intervals: the least value of either side. Absent where every cell is one value. */
  readonly lowest?: number
}

export function total(counts: Float64Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** Adds the cells up into `cells` bins; `binOf[i]` is the bin of cell i. */
export function regroup(paired: PairedCounts, binOf: ArrayLike<number>, cells: number): PairedCounts {
  const baseline = new Float64Array(cells)
  const current = new Float64Array(cells)
  for (let i = 0; i < paired.baseline.length; i++) {
    const bin = binOf[i] as number
    baseline[bin] = (baseline[bin] as number) + (paired.baseline[i] as number)
    current[bin] = (current[bin] as number) + (paired.current[i] as number)
  }
  return { baseline, current }
}
