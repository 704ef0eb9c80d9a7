import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNumeric } from '../../../functions/drift/compare-numeric.ts'
import { exactCells } from '../../../functions/profile/exact.ts'
import { countCells } from '../../../functions/profile/numeric-column.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { numericColumn } from './build-profile.ts'

/** The column as it is profiled beyond 1,000 distinct values, and as it would be with every value listed. */
function bothWays(before: number[], now: number[]) {
  const listed = { before: numericColumn(before), now: numericColumn(now) }
  const values = (listed.before.levels ?? []).map(([value]) => value)
  const counts = (listed.before.levels ?? []).map(([, count]) => count)
  const cells = exactCells(values, counts, before.length)
  if (cells === undefined) throw new Error('too few values for cells')
  const levels = listed.now.levels ?? []
  const counted = countCells(
    cells.edges,
    levels.map(([value]) => value),
    levels.map(([, count]) => count),
  )
  const { levels: _before, ...baseline } = listed.before
  const { levels: _now, ...current } = listed.now
  return {
    exact: compareNumeric(listed.before, listed.now).statistics,
    inCells: compareNumeric({ ...baseline, cells }, { ...current, cells: counted }).statistics,
  }
}

describe('statistics from cells', () => {
  it('lie within their stated bounds of those of the values, whatever the distribution', () => {
    const shapes = fc.constantFrom('normal', 'uniform', 'logNormal', 'cauchy', 'ties', 'twoHumps')
    fc.assert(
      fc.property(fc.integer(), shapes, fc.double({ min: -1, max: 1, noNaN: true }), (seed, shape, shift) => {
        const random = seededRandom(seed)
        const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
        const make = {
          normal,
          uniform: random,
          logNormal: () => Math.exp(normal()),
          cauchy: () => Math.tan(Math.PI * (random() - 0.5)),
          ties: () => (random() < 0.5 ? 0 : normal()),
          twoHumps: () => normal() + (random() < 0.5 ? 0 : 20),
        }[shape]
        const before = Array.from({ length: 3_000 }, make)
        const now = Array.from({ length: 700 }, () => make() + shift)
        const { exact, inCells } = bothWays(before, now)
        const { ks, wasserstein } = inCells.bounds ?? { ks: Number.NaN, wasserstein: Number.NaN }
        expect(exact.bounds).toBeUndefined()
        const above = (exact.ks ?? 9) - (inCells.ks ?? 0)
        expect(above).toBeGreaterThanOrEqual(-1e-12)
        expect(above).toBeLessThanOrEqual(ks + 1e-12)
        const off = Math.abs((exact.wasserstein ?? 9) - (inCells.wasserstein ?? 0))
        expect(off).toBeLessThanOrEqual((wasserstein ?? 0) + 1e-9)
        // That half of the batch equals the tie, and not a value just below it, is more than cells can tell.
        if (shape !== 'ties') expect(ks).toBeLessThan(0.01)
      }),
      { numRuns: 100 },
    )
  })

  it('are as good as exact for a normal column', () => {
    const random = seededRandom(2)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const draw = (count: number) => Array.from({ length: count }, normal)
    const { inCells } = bothWays(draw(20_000), draw(2_000))
    expect(inCells.bounds?.ks).toBeLessThan(0.002)
    expect(inCells.bounds?.wasserstein).toBeLessThan(0.05)
  })
})
