import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

describe('seeded random generator', () => {
  it('repeats itself for a seed and differs for its neighbour', () => {
    expect(draw(7, 5)).toEqual(draw(7, 5))
    expect(draw(7, 5)).not.toEqual(draw(8, 5))
  })

  it('is uniform in [0, 1)', () => {
    const values = draw(1, 100_000)
    const bins = new Array(20).fill(0)
    for (const value of values) bins[Math.floor(value * 20)]++
    const statistic = bins.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0)
    // 43.8 is the 99.9 % quantile with 19 degrees of freedom.
    expect(statistic).toBeLessThan(43.8)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
  })
})
