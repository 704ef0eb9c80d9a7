/**
 * A Gaussian process over the unit cube (Rasmussen and Williams 2006, algorithm 2.1) with the Matérn kernel of 5/2, which
 * is rough enough for what models give (Snoek, Larochelle and Adams 2012). The length scale is the likeliest of a few.
 */

export interface Belief {
  readonly mean: number
  readonly deviation: number
}

const scales = [0.1, 0.2, 0.4, 0.8, 1.6]
/** Of the objective's variance: two trainings at one place differ a little. */
const noise = 1e-3

/**
 * @param points at least one; all of one length. @param values one per point
 * @returns what is believed of any other point
 */
export function gaussianProcess(
  points: readonly Float64Array[],
  values: readonly number[],
): (point: Float64Array) => Belief {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1
  const targets = Float64Array.from(values, (value) => (value - mean) / spread)
  let best: Fit | undefined
  for (const scale of scales) {
    const found = fitted(points, targets, scale)
    if (best === undefined || found.likelihood > best.likelihood) best = found
  }
  const { scale, factor, weights } = best as Fit
  return (point) => {
    const row = Float64Array.from(points, (other) => matern(point, other, scale))
    let expected = 0
    for (let at = 0; at < row.length; at++) expected += (row[at] as number) * (weights[at] as number)
    const solved = forward(factor, row)
    const explained = solved.reduce((sum, value) => sum + value * value, 0)
    return { mean: mean + spread * expected, deviation: spread * Math.sqrt(Math.max(0, 1 - explained)) }
  }
}

interface Fit {
  readonly scale: number
  /** Lower triangle of the Cholesky decomposition, row by row. */
  readonly factor: Float64Array
  readonly weights: Float64Array
  readonly likelihood: number
}

function fitted(points: readonly Float64Array[], targets: Float64Array, scale: number): Fit {
  const n = points.length
  const factor = new Float64Array(n * n)
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) {
      const same = row === column ? noise : 0
      let sum = matern(points[row] as Float64Array, points[column] as Float64Array, scale) + same
      for (let k = 0; k < column; k++)
        sum -= (factor[row * n + k] as number) * (factor[column * n + k] as number)
      factor[row * n + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (factor[column * n + column] as number)
    }
  const solved = forward(factor, targets)
  const weights = backward(factor, solved)
  let likelihood = 0
  for (let at = 0; at < n; at++)
    likelihood -= (solved[at] as number) ** 2 / 2 + Math.log(factor[at * n + at] as number)
  return { scale, factor, weights, likelihood }
}

function matern(one: Float64Array, other: Float64Array, scale: number): number {
  let squares = 0
  for (let at = 0; at < one.length; at++) squares += ((one[at] as number) - (other[at] as number)) ** 2
  const distance = Math.sqrt(5 * squares) / scale
  return (1 + distance + distance ** 2 / 3) * Math.exp(-distance)
}

function forward(factor: Float64Array, right: Float64Array): Float64Array {
  const n = right.length
  const solved = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    let sum = right[row] as number
    for (let k = 0; k < row; k++) sum -= (factor[row * n + k] as number) * (solved[k] as number)
    solved[row] = sum / (factor[row * n + row] as number)
  }
  return solved
}

function backward(factor: Float64Array, right: Float64Array): Float64Array {
  const n = right.length
  const solved = new Float64Array(n)
  for (let row = n - 1; row >= 0; row--) {
    let sum = right[row] as number
    for (let k = row + 1; k < n; k++) sum -= (factor[k * n + row] as number) * (solved[k] as number)
    solved[row] = sum / (factor[row * n + row] as number)
  }
  return solved
}
