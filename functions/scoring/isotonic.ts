/** Isotonic regression by pooling adjacent violators (Barlow et al. 1972), and its piecewise linear prediction. */

/**
 * Least-squares non-decreasing fit. Ties in x are pooled first, as scikit-learn's `IsotonicRegression` does; each pooled
 * block gives its first and last x, with the block's mean as y.
 * @returns knots, x strictly ascending unless a block is one point
 */
export function fitIsotonic(x: Float64Array, labels: Float64Array): { x: number[]; y: number[] } {
  const order = Uint32Array.from(x.keys()).sort((i, j) => (x[i] as number) - (x[j] as number))
  const first: number[] = []
  const last: number[] = []
  const sum: number[] = []
  const weight: number[] = []
  for (const i of order) {
    const value = x[i] as number
    const label = labels[i] as number
    const top = last.length - 1
    if (top >= 0 && last[top] === value && first[top] === value) {
      sum[top] = (sum[top] as number) + label
      weight[top] = (weight[top] as number) + 1
    } else {
      settle(first, last, sum, weight)
      first.push(value)
      last.push(value)
      sum.push(label)
      weight.push(1)
    }
  }
  settle(first, last, sum, weight)
  const knots: { x: number[]; y: number[] } = { x: [], y: [] }
  for (let at = 0; at < sum.length; at++) {
    const mean = (sum[at] as number) / (weight[at] as number)
    knots.x.push(first[at] as number)
    knots.y.push(mean)
    if (last[at] !== first[at]) {
      knots.x.push(last[at] as number)
      knots.y.push(mean)
    }
  }
  return knots
}

/** Pools the newest block with those before it while their means fall. */
function settle(first: number[], last: number[], sum: number[], weight: number[]): void {
  for (let top = sum.length - 1; top > 0; top = sum.length - 1) {
    const [s0, s1] = [sum[top - 1] as number, sum[top] as number]
    const [w0, w1] = [weight[top - 1] as number, weight[top] as number]
    if (s0 / w0 < s1 / w1) return
    sum[top - 1] = s0 + s1
    weight[top - 1] = w0 + w1
    last[top - 1] = last[top] as number
    first.pop()
    last.pop()
    sum.pop()
    weight.pop()
  }
}

/** Linear between the knots, constant outside them. */
export function isotonicValue(knots: { x: readonly number[]; y: readonly number[] }, value: number): number {
  const { x, y } = knots
  let low = 0
  let high = x.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((x[middle] as number) < value) low = middle + 1
    else high = middle
  }
  if (low === 0) return y[0] as number
  if (low === x.length) return y[low - 1] as number
  const [x0, x1] = [x[low - 1] as number, x[low] as number]
  const [y0, y1] = [y[low - 1] as number, y[low] as number]
  return y0 + ((value - x0) / (x1 - x0)) * (y1 - y0)
}
