import { expect, test } from 'vitest'
import { cutPoints } from '../../../local/training/cut-points.ts'

const cuts = (values: number[], maxBin: number, weights?: number[]) =>
  Array.from(
    cutPoints(
      Float32Array.from(values),
      maxBin,
      weights === undefined ? undefined : Float32Array.from(weights),
    ),
  )

test('few distinct values have a bin each, closed above the maximum', () => {
  expect(cuts([3, 1, Number.NaN, 2, 1], 4)).toEqual([2, 3, Math.fround(6.00001)])
})

test('many values share bins of equal counts', () => {
  const values = Array.from({ length: 100 }, (_, at) => at)
  expect(cuts(values, 4)).toEqual([25, 50, 75, Math.fround(198.00001)])
})

test('weights move the cuts as repeated rows would', () => {
  const values = [1, 2, 3, 4, 5, 6]
  const weights = [1, 1, 1, 1, 4, 2]
  const repeated = values.flatMap((value, at) => new Array<number>(weights[at]!).fill(value))
  expect(cuts(values, 3, weights)).toEqual(cuts(repeated, 3))
})

test('a column of missing values has no bin', () => {
  expect(cuts([Number.NaN, Number.NaN], 4)).toEqual([])
})
