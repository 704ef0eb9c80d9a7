import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countDecimals } from '../../../functions/profile/count-decimals.ts'

test('counts what it takes as sorting would, and leaves the rest', () => {
  const number = fc.oneof(
    fc.integer({ min: -300, max: 300 }).map(Number),
    fc.integer({ min: -900, max: 900 }).map((tenths) => tenths / 10),
    fc.constantFrom(-0, 0.1 + 0.2, 1e16, -1e150),
  )
  let taken = 0
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (some) => {
      const numbers = Float64Array.from({ length: 2_000 }, (_, at) => some[at % some.length]!)
      const counted = countDecimals(numbers)
      if (counted === undefined) return
      taken++
      const expected = new Map<number, number>()
      for (const value of numbers.toSorted()) expected.set(value + 0, (expected.get(value + 0) ?? 0) + 1)
      expect([...counted.values].map((value) => value + 0)).toEqual([...expected.keys()])
      expect([...counted.counts]).toEqual([...expected.values()])
    }),
    { numRuns: 200 },
  )
  expect(taken).toBeGreaterThan(20)
})

test('leaves numbers that are not exactly on a scale, or far apart', () => {
  expect(countDecimals(Float64Array.of(0.1, 0.1 + 0.2, 0.3))).toBeUndefined()
  expect(countDecimals(Float64Array.of(1, 1e9))).toBeUndefined()
  expect(countDecimals(new Float64Array())).toBeUndefined()
})
