import { describe, expect, it } from 'vitest'
import { chiSquaredTail, logGamma } from '../../../functions/statistics/chi-squared-tail.ts'

/** scipy.stats.chi2.sf of SciPy 1.17.1. */
const reference: [statistic: number, degrees: number, tail: number][] = [
  [0.5, 1, 0.47950012218695337],
  [3.84, 1, 0.05004352124870519],
  [10, 3, 0.01856613546304325],
  [1, 10, 0.9998278843700441],
  [50, 49, 0.43343669725576084],
  [200, 49, 3.8447471714016256e-20],
  [900, 1000, 0.9892827619087102],
  [1200, 1000, 1.2255942330622893e-5],
  [0.001, 5, 0.9999999983185123],
  [700, 3, 2.0991308534204487e-151],
  [30, 0.5, 1.0571160092571009e-8],
]

describe('chi-squared tail', () => {
  it.each(reference)('agrees with SciPy at %d with %d degrees of freedom', (statistic, degrees, tail) => {
    expect(Math.abs(chiSquaredTail(statistic, degrees) / tail - 1)).toBeLessThan(1e-11)
  })

  it('is one at zero and below, and zero at infinity', () => {
    expect(chiSquaredTail(0, 3)).toBe(1)
    expect(chiSquaredTail(-1, 3)).toBe(1)
    expect(chiSquaredTail(Number.POSITIVE_INFINITY, 3)).toBe(0)
  })

  it('knows the gamma function of whole and half numbers', () => {
    expect(logGamma(1)).toBeCloseTo(0, 13)
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 13)
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13)
    expect(logGamma(101)).toBeCloseTo(363.73937555556347, 11)
  })
})
