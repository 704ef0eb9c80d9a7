import { expect, test } from 'vitest'
import { boostLinear } from '../../../local/training/boost-linear.ts'
import { hash32 } from '../../../local/training/random.ts'
import { settingsOf, tableOf } from './tables.ts'

const uniform = (row: number, stream: number) => hash32(11, stream, row) / 2 ** 32

/** y = 3 − 2a + 0.5b. */
const linear = tableOf(
  Array.from({ length: 200 }, (_, row) => {
    const [a, b] = [uniform(row, 1), uniform(row, 2)]
    return [3 - 2 * a + 0.5 * b, a, b]
  }),
)
const quiet = () => undefined

function weightsOf(given: Record<string, string | number>, margin = 0) {
  const settings = settingsOf({
    objective: 'reg:squarederror',
    booster: 'gblinear',
    num_round: 200,
    ...given,
  })
  return Array.from(boostLinear(linear, undefined, settings, margin, quiet).weights)
}

test('coordinate descent finds a known linear function', () => {
  const [a, b, bias] = weightsOf({ eta: 1 })
  expect(a).toBeCloseTo(-2, 4)
  expect(b).toBeCloseTo(0.5, 4)
  expect(bias).toBeCloseTo(3, 4)
})

test('the base margin is taken out of the bias', () => {
  expect(weightsOf({ eta: 1 }, 1)[2]).toBeCloseTo(2, 4)
})

test('lambda draws the weights to zero, alpha makes the weak one exactly zero', () => {
  const [ridge = 0] = weightsOf({ lambda: 0.1 })
  expect(ridge).toBeGreaterThan(-2)
  expect(ridge).toBeLessThan(-0.5)
  const [strong, weak] = weightsOf({ alpha: 0.06 })
  expect(strong).toBeLessThan(-0.5)
  expect(weak).toBe(0)
})

test('a missing value adds what a zero adds', () => {
  const rows = (gap: number | undefined) => [
    [1, 1, 2],
    [2, gap, 1],
    [4, 3, gap],
    [3, 2, 2],
  ]
  const settings = settingsOf({ objective: 'reg:squarederror', booster: 'gblinear', num_round: 5 })
  const weights = (gap: number | undefined) =>
    boostLinear(tableOf(rows(gap)), undefined, settings, 0, quiet).weights
  expect(weights(undefined)).toEqual(weights(0))
})

test('the logistic loss falls in every round', () => {
  const table = tableOf(
    Array.from({ length: 300 }, (_, row) => [
      uniform(row, 3) < uniform(row, 4) ? 1 : 0,
      uniform(row, 4),
      uniform(row, 5),
    ]),
  )
  const losses: number[] = []
  boostLinear(table, undefined, settingsOf({ booster: 'gblinear', num_round: 15 }), 0, ({ train }) =>
    losses.push(train[0]!),
  )
  for (const [at, loss] of losses.slice(1).entries()) expect(loss).toBeLessThan(losses[at]!)
})
