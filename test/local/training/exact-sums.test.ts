import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridRounder, roundToGrid } from '../../../local/training/exact-sums.ts'

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true })

test('rounded gradients add up to the same bits in any order and grouping', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 200 }), fc.nat(), (values, cut) => {
      const rounded = onGrid(values)
      const forwards = rounded.reduce((sum, one) => sum + one, 0)
      const backwards = rounded.reduceRight((sum, one) => sum + one, 0)
      const middle = cut % rounded.length
      const sum = (part: number[]) => part.reduce((total, one) => total + one, 0)
      expect(backwards).toBe(forwards)
      expect(sum(rounded.slice(0, middle)) + sum(rounded.slice(middle))).toBe(forwards)
      // Subtracting a part gives exactly the rest, as the subtraction of histograms needs.
      expect(forwards - sum(rounded.slice(0, middle))).toBe(sum(rounded.slice(middle)))
    }),
    { numRuns: 200 },
  )
})

test('rounding moves a gradient by less than float32 would', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const largest = Math.max(...values.map(Math.abs))
      for (const [at, rounded] of onGrid(values).entries()) {
        expect(Math.abs(rounded - values[at]!)).toBeLessThanOrEqual(largest * 2 ** -24)
      }
    }),
    { numRuns: 200 },
  )
})

test('gradients that are all zero stay zero', () => {
  expect(onGrid([0, 0])).toEqual([0, 0])
})

function onGrid(values: readonly number[]): number[] {
  const pairs = Float64Array.from(values.flatMap((one) => [one, 0]))
  const largest = Math.max(...values.map(Math.abs))
  roundToGrid(pairs, 0, values.length, gridRounder(largest, values.length), 0)
  return values.map((_, at) => pairs[2 * at]!)
}
