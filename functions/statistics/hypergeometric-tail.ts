/** Exact test of one cell of two samples: how often chance alone puts so many of the cell's rows on one side. */
import { logGamma } from './chi-squared-tail.ts'

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/** Terms below this share of the sum change no digit that anybody reads. */
const negligible = 1e-15

/**
 * Two-sided p-value of Fisher's exact test by doubling the smaller tail (Fisher 1935; Agresti 2002, section 3.5.3):
 * of `before + now` rows of a cell, `now` lie in the sample of `m` rows and the others in that of `n`. Counts are whole;
 * 0 to 1, relative error below 1e-9.
 */
export function fisherExact(before: number, now: number, n: number, m: number): number {
  const marked = before + now
  const all = n + m
  if (marked === 0 || marked === all || n === 0 || m === 0) return 1
  const least = Math.max(0, marked - n)
  const most = Math.min(marked, m)
  const point = Math.exp(logChoose(m, now) + logChoose(n, before) - logChoose(all, marked))
  // P(x + 1) / P(x) = (marked − x)(m − x) / ((x + 1)(n − marked + x + 1))
  const up = (x: number) => ((marked - x) * (m - x)) / ((x + 1) * (n - marked + x + 1))
  const tail = (from: number, step: 1 | -1) => {
    let term = 1
    let sum = 1
    for (let x = from; step === 1 ? x < most : x > least; x += step) {
      term *= step === 1 ? up(x) : 1 / up(x - 1)
      sum += term
      if (term < sum * negligible) break
    }
    return sum * point
  }
  return Math.min(1, 2 * Math.min(tail(now, 1), tail(now, -1)))
}
