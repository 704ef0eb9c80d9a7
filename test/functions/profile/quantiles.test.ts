import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baselineOf } from '../../../functions/profile/baseline.ts'
import { exactCells } from '../../../functions/profile/exact.ts'
import { countCells, summariseNumbers } from '../../../functions/profile/numeric-column.ts'
import type { NumericColumn, Profile } from '../../../functions/profile/profile.ts'
import { deviation, histogram, quantiles } from '../../../functions/profile/quantiles.ts'

/** The column of these values, by the kernel. */
function columnOf(values: readonly number[], origin = 0): NumericColumn {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const sorted = [...counts].sort(([a], [b]) => a - b)
  const summary = summariseNumbers(
    sorted.map(([value]) => value),
    sorted.map(([, count]) => count),
    origin,
  )
  return { kind: 'numeric', type: 'number', nulls: 0, unreadable: 0, violations: [], ...summary }
}

describe('quantiles', () => {
  it("are NumPy's where values are listed", () => {
    // numpy.quantile([1, 2, 4, 8, 16], [0, .1, .25, .5, .9, 1])
    expect(quantiles(columnOf([16, 1, 4, 2, 8]), [0, 0.1, 0.25, 0.5, 0.9, 1])).toEqual([
      1, 1.4, 2, 4, 12.8, 16,
    ])
  })

  it('lie within 1 % of the distance to the origin beyond', () => {
    // Body temperatures: a sketch of the raw values would be blind to their spread.
    const values = Array.from({ length: 5_000 }, (_, at) => 36.5 + 1.5 * Math.sin(at * 1.7) ** 3)
    const sorted = values.toSorted((a, b) => a - b)
    const found = quantiles(columnOf(values, 36.5), [0.01, 0.25, 0.75, 0.99])
    for (const [at, share] of [0.01, 0.25, 0.75, 0.99].entries()) {
      const exact = sorted[Math.floor((sorted.length - 1) * share)]!
      expect(Math.abs(found[at]! - exact)).toBeLessThanOrEqual(0.0101 * Math.abs(exact - 36.5) + 1e-9)
    }
  })

  it('are null for a column without a value', () => {
    expect(quantiles(columnOf([]), [0.5])).toEqual([null])
    expect(histogram(columnOf([]))).toEqual([])
    expect(deviation(columnOf([3]))).toBeNull()
  })

  it('keep the deviation of small differences on a large offset', () => {
    // NIST StRD NumAcc4: 1,001 values 10000000.2, ...1, ...3; the deviation is exactly 0.1.
    const values = [
      10_000_000.2,
      ...Array.from({ length: 1_000 }, (_, at) => 10_000_000 + (at % 2 === 0 ? 0.1 : 0.3)),
    ]
    expect(deviation(columnOf(values))).toBeCloseTo(0.1, 8)
  })
})

describe('the histogram', () => {
  it('counts every value once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }), (values) => {
        const bars = histogram(columnOf(values))
        expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
        expect(bars[0]?.from).toBe(Math.min(...values) + 0)
        expect(bars.at(-1)?.to).toBe(Math.max(...values) + 0)
      }),
    )
  })
})

describe('quantile cells', () => {
  it('hold every value once, and no cell of distinct values holds much more than its share', () => {
    const values = Array.from({ length: 6_000 }, (_, at) => at ** 1.5)
    const counts = values.map(() => 1)
    const cells = exactCells(values, counts, values.length)!
    expect(cells.counts.reduce((a, b) => a + b, 0)).toBe(6_000)
    expect(cells.edges.length).toBeLessThan(1_023)
    expect(Math.max(...cells.counts)).toBeLessThanOrEqual(7)
    expect(countCells(cells.edges, values, counts)).toEqual(cells)
  })

  it('end where bins of the sketch end, so that a baseline from a sketch counts as one from the values', () => {
    const values = Array.from({ length: 3_000 }, (_, at) => Math.exp(at / 300))
    const column = columnOf(values, 20)
    const profile = {
      contract: 1,
      rows: 3_000,
      parts: [],
      duplicates: 0,
      rowHashes: [],
      coMoments: [],
      columns: { x: column },
    } satisfies Profile
    const found = baselineOf(profile).columns.x
    if (found?.kind !== 'numeric' || found.cells === undefined) throw new Error('no cells')
    const counted = countCells(
      found.cells.edges,
      values,
      values.map(() => 1),
    )
    expect(found.cells.counts).toEqual(counted.counts)
  })
})
