import { describe, expect, it } from 'vitest'
import { kolmogorovSmirnovPValue, kolmogorovTail } from '../../../functions/statistics/kolmogorov-tail.ts'

/** scipy.special.kolmogorov of SciPy 1.17.1. */
const reference: [x: number, tail: number][] = [
  [0.2, 0.999999999999495],
  [0.5, 0.9639452436648751],
  [0.8, 0.5441424115741981],
  [0.999, 0.27107316411506394],
  [1, 0.26999967167735456],
  [1.36, 0.049485876755377876],
  [1.63, 0.009846364888486529],
  [2.5, 7.453306344157342e-6],
  [4, 2.532833109818835e-14],
]

describe('Kolmogorov tail', () => {
  it.each(reference)('agrees with SciPy at %d', (x, tail) => {
    expect(Math.abs(kolmogorovTail(x) - tail)).toBeLessThan(1e-12)
  })

  /** scipy.stats.kstwo.sf(statistic, round(nm / (n + m))), the exact distribution. */
  it.each([
    [0.05, 1_000, 100_000, 0.013679599197315083],
    [0.1, 500, 1_000, 0.002371773853784354],
    [0.02, 5_000, 100_000, 0.04371959863194674],
    [0.3, 60, 60, 0.006852243362913235],
    [0.06, 1_000, 1_000, 0.05243463489026223],
  ])('is near the exact p-value of %d between %d and %d rows', (statistic, n, m, exact) => {
    expect(Math.abs(kolmogorovSmirnovPValue(statistic, n, m) - exact)).toBeLessThan(3e-4)
  })

  it('is one when nothing differs', () => {
    expect(kolmogorovSmirnovPValue(0, 10, 10)).toBe(1)
  })
})
