/**
 * Gradients on a grid on which sums are exact, so that neither the order of the rows, nor the number of threads, nor
 * subtracting histograms changes a bit of the model.
 *
 * The idea is that of the deterministic histograms of xgboost's GPU trainer (src/tree/gpu_hist/quantiser.cuh): with n
 * values of at most m, multiples of 2^(⌈log2(n·m)⌉ − 51) add up within the 53 bits of a double. For 100,000 rows the
 * grid is 2^-34 of the largest gradient: finer than the float32 gradients of the library.
 */

/** The number that, added to a value and taken away again, rounds it to the grid. */
export function gridRounder(largest: number, rows: number): number {
  if (!(largest > 0)) return 0
  const exponent = Math.ceil(Math.log2(largest * rows))
  // 1.5 · 2^52 grid units: the sum then lies where doubles are exactly one grid unit apart.
  return 1.5 * 2 ** (exponent + 1)
}

/** Rounds the gradient pairs of the rows `from … to − 1` in place. */
export function roundToGrid(
  pairs: Float64Array,
  from: number,
  to: number,
  gradientRounder: number,
  hessianRounder: number,
): void {
  for (let at = 2 * from; at < 2 * to; at += 2) {
    pairs[at] = (pairs[at] as number) + gradientRounder - gradientRounder
    pairs[at + 1] = (pairs[at + 1] as number) + hessianRounder - hessianRounder
  }
}
