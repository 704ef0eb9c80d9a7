import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortNumbers } from '../../../functions/statistics/sort-numbers.ts'

const cell = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer().map(Number),
  fc.constantFrom(0, -0, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, 1e150),
)

test('sorts as the engine does, whatever the numbers are', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 200 }), (some) => {
      // Repeated and offset, so that they are many and no two repetitions are alike.
      const many = Float64Array.from({ length: 3_000 }, (_, at) => {
        const value = some[at % some.length]!
        return at < some.length ? value : value + Math.floor(at / some.length)
      }).filter((value) => !Number.isNaN(value))
      const sorted = sortNumbers(many.slice())
      expect(Buffer.from(sorted.buffer).equals(Buffer.from(many.toSorted().buffer))).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('sorts a stretch of an array and leaves the rest', () => {
  const values = Float64Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 5_003)
  const [head, tail] = [values.slice(0, 10), values.slice(4_990)]
  sortNumbers(values.subarray(10, 4_990))
  expect(values.slice(0, 10)).toEqual(head)
  expect(values.slice(4_990)).toEqual(tail)
  expect(values.subarray(10, 4_990)).toEqual(values.slice(10, 4_990).sort())
})
