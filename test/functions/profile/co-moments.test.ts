import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coMomentsOf } from '../../../functions/profile/co-moments.ts'

/** Straight from the definition, over the rows where both have a value. */
function byDefinition(x: Float64Array, y: Float64Array) {
  const rows = Array.from(x.keys()).filter((row) => !Number.isNaN(x[row]! + y[row]!))
  const mean = (values: Float64Array) => rows.reduce((sum, row) => sum + values[row]! / rows.length, 0)
  const [meanX, meanY] = [mean(x), mean(y)]
  const over = (value: (row: number) => number) => rows.reduce((sum, row) => sum + value(row), 0)
  return {
    count: rows.length,
    m2X: over((row) => (x[row]! - meanX) ** 2),
    m2Y: over((row) => (y[row]! - meanY) ** 2),
    coMoment: over((row) => (x[row]! - meanX) * (y[row]! - meanY)),
  }
}

function expectDefinition(columns: readonly (readonly [string, Float64Array])[]): void {
  const values = new Map(columns)
  for (const pair of coMomentsOf(columns)) {
    const expected = byDefinition(values.get(pair.columns[0])!, values.get(pair.columns[1])!)
    const near = (got: number, wanted: number, scale: number) =>
      expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * scale + 1e-300)
    expect(pair.count).toBe(expected.count)
    near(pair.m2X, expected.m2X, expected.m2X)
    near(pair.m2Y, expected.m2Y, expected.m2Y)
    near(pair.coMoment, expected.coMoment, Math.sqrt(expected.m2X * expected.m2Y))
  }
}

describe('co-moments of many columns', () => {
  it('are those of the definition, with values missing anywhere', () => {
    const cell = fc.option(fc.integer({ min: -1_000, max: 1_000 }), { nil: Number.NaN })
    const table = fc
      .integer({ min: 2, max: 9 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 40 }),
      )
    fc.assert(
      fc.property(table, fc.nat(2), (rows, complete) =>
        expectDefinition(
          rows[0]!.map((_, at) => [
            `c${at}`,
            Float64Array.from(rows, (row) => (at < complete && Number.isNaN(row[at]) ? 0 : row[at]! / 7)),
          ]),
        ),
      ),
      { numRuns: 100 },
    )
  })

  it('are those of the definition over more rows than a block has', () => {
    const column = (at: number) =>
      Float64Array.from({ length: 1_700 }, (_, row) =>
        row % (at + 5) === 0 ? Number.NaN : Math.sin(row * (at + 1)) + row / 900,
      )
    expectDefinition(Array.from({ length: 7 }, (_, at) => [`c${at}`, column(at)]))
  })

  it('keep their digits where the rows in common lie far from the mean of a column', () => {
    const rows = 1_200
    // The one great value stands where the other column has none.
    const x = Float64Array.from({ length: rows }, (_, row) => (row === 3 ? 1e13 : Math.sin(row)))
    const y = Float64Array.from({ length: rows }, (_, row) =>
      row === 3 ? Number.NaN : Math.cos(row) + Math.sin(row),
    )
    expectDefinition([
      ['x', x],
      ['y', y],
    ])
  })

  it('of rows without anything in common are nothing', () => {
    const [pair] = coMomentsOf([
      ['x', Float64Array.of(1, Number.NaN)],
      ['y', Float64Array.of(Number.NaN, 1)],
    ])
    expect(pair).toEqual({ columns: ['x', 'y'], count: 0, meanX: 0, meanY: 0, m2X: 0, m2Y: 0, coMoment: 0 })
  })
})
