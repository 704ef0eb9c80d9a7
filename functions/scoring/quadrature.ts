/** Gauss-Legendre quadrature on [0, 1] (Press et al., Numerical Recipes, 3rd ed., 4.6): exact to degree 2·count − 1. */

export interface Quadrature {
  readonly count: number
  readonly point: Float64Array
  readonly weight: Float64Array
}

const known = new Map<number, Quadrature>()

/** @param count points, at least 1 */
export function quadrature(count: number): Quadrature {
  const found = known.get(count)
  if (found !== undefined) return found
  const point = new Float64Array(count)
  const weight = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 1
    for (let iteration = 0; iteration < 100; iteration++) {
      let [p, before] = [1, 0]
      for (let k = 1; k <= count; k++) [p, before] = [((2 * k - 1) * x * p - (k - 1) * before) / k, p]
      slope = (count * (x * p - before)) / (x * x - 1)
      const step = p / slope
      x -= step
      if (Math.abs(step) < 1e-15) break
    }
    point[i] = (1 + x) / 2
    weight[i] = 1 / ((1 - x * x) * slope * slope)
  }
  const rule = { count, point, weight }
  known.set(count, rule)
  return rule
}
