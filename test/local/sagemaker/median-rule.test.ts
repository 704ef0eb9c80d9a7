import { expect, test } from 'vitest'
import { isBehind } from '../../../local/sagemaker/median-rule.ts'

const finished = [
  [0.5, 0.6, 0.65, 0.68, 0.7, 0.7],
  [0.5, 0.55, 0.6, 0.62, 0.63, 0.63],
  [0.5, 0.65, 0.7, 0.72, 0.74, 0.75],
]

test('a training below the median of the averages of the others is behind, one above is not', () => {
  // Averages of the first five rounds: 0.626, 0.58, 0.662.
  expect(isBehind([0.5, 0.55, 0.6, 0.61, 0.62], finished, 1)).toBe(true)
  expect(isBehind([0.5, 0.55, 0.6, 0.61, 0.63], finished, 1)).toBe(false)
})

test('of a loss the smaller one is ahead', () => {
  const losses = finished.map((values) => values.map((value) => 1 - value))
  expect(isBehind([0.5, 0.45, 0.4, 0.39, 0.38], losses, -1)).toBe(true)
  expect(isBehind([0.5, 0.45, 0.4, 0.39, 0.36], losses, -1)).toBe(false)
})

test('of an even number the median lies between the two in the middle', () => {
  const four = [...finished, [0.9, 0.9, 0.9, 0.9, 0.9]]
  expect(isBehind([0.64, 0.64, 0.64, 0.64, 0.643], four, 1)).toBe(true)
  expect(isBehind([0.64, 0.64, 0.64, 0.64, 0.645], four, 1)).toBe(false)
})

test('too few finished ones, or too few rounds, tell nothing', () => {
  expect(isBehind([0.1, 0.1, 0.1, 0.1, 0.1], finished.slice(1), 1)).toBe(false)
  expect(isBehind([0.1, 0.1, 0.1, 0.1], finished, 1)).toBe(false)
  expect(isBehind([0.1, 0.1, 0.1, 0.1, 0.1], [...finished.slice(1), []], 1)).toBe(false)
})
