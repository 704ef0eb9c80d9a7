/** Upper tail of the chi-squared distribution, by the regularised incomplete gamma function. */

const epsilon = 1e-16
const tiny = 1e-300
const maxTerms = 100_000

/**
 * P(X ≥ statistic) for chi-squared with `degrees` degrees of freedom: 0 to 1, relative error below 1e-11.
 * Series below the mean, continued fraction (modified Lentz) above it: Press et al., Numerical Recipes, section 6.2.
 */
export function chiSquaredTail(statistic: number, degrees: number): number {
  if (!(statistic > 0)) return 1
  if (statistic === Number.POSITIVE_INFINITY) return 0
  const a = degrees / 2
  const x = statistic / 2
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

/** x^a e^-x / Γ(a) */
const scale = (a: number, x: number) => Math.exp(a * Math.log(x) - x - logGamma(a))

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < maxTerms && Math.abs(term) > Math.abs(sum) * epsilon; n++) {
    term *= x / (a + n)
    sum += term
  }
  return Math.min(1, sum * scale(a, x))
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let fraction = d
  for (let i = 1; i < maxTerms; i++) {
    const numerator = -i * (i - a)
    b += 2
    d = 1 / nonZero(numerator * d + b)
    c = nonZero(b + numerator / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < epsilon * 4) break
  }
  return Math.min(1, fraction * scale(a, x))
}

const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value)

/**
 * ln Γ(x) for x > 0, relative error below 1e-14: Stirling's series (Abramowitz and Stegun 6.1.41) after the
 * recurrence Γ(x + 1) = x Γ(x) has carried x above 15.
 */
export function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 15; z++) shift += Math.log(z)
  const inverse = 1 / z
  const square = inverse * inverse
  const series =
    inverse *
    (1 / 12 -
      square *
        (1 / 360 -
          square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - (square * 691) / 360_360)))))
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
