/** Contributions in words: summed per feature, the largest first, with the direction and the value of the row. */
import { expect, test } from 'vitest'
import { riskFactors, riskWords } from '../../../functions/scoring/risk-factors.ts'

const feature = { kind: 'numeric', from: ['x'] } as const
const project = {
  task: 'binary-classification',
  label: { meaning: 'cancels within a month', positive: 'risk of cancelling', negative: 'stays', caveat: '' },
  features: [
    { ...feature, name: 'plan', label: 'tariff', sentence: 'the tariff is {value}' },
    { ...feature, name: 'calls', label: 'calls to support' },
    { ...feature, name: 'age', label: 'age of the contract', sentence: 'the contract is {value} days old' },
  ],
  prediction: { names: { entityId: 'customer', prediction: 'risk' }, fields: {}, riskFactors: 2 },
} as const
const encoder = {
  columns: ['plan=a', 'plan=b', 'calls', 'age'],
  features: [
    { name: 'plan', columns: ['plan=a', 'plan=b'] },
    { name: 'calls', columns: ['calls'] },
    { name: 'age', columns: ['age'] },
  ],
}
const raw = {
  rows: 2,
  columns: { plan: ['$& gold', null], calls: Float64Array.of(3, Number.NaN), age: Float64Array.of(1 / 3, 9) },
}

const words = riskWords(encoder, structuredClone(project) as unknown as Parameters<typeof riskWords>[1])

test('one-hot columns of a feature count together, and the largest come first', () => {
  const contributions = Float64Array.of(9, 9, 9, 9, 9, 0.3, 0.4, -0.5, 0.2, 1)
  expect(riskFactors(words, contributions, 5, raw, 0)).toEqual([
    {
      factorName: 'tariff',
      importance: 0.7,
      direction: 'raises',
      value: '$& gold',
      description: 'the tariff is $& gold; this raises the predicted risk of cancelling',
    },
    {
      factorName: 'calls to support',
      importance: 0.5,
      direction: 'lowers',
      value: 3,
      description: 'calls to support is 3; this lowers the predicted risk of cancelling',
    },
  ])
})

test('a missing value is null and said to be unknown; a feature without effect is left out', () => {
  expect(riskFactors(words, Float64Array.of(0, 0, 0.1, 0, 1), 0, raw, 1)).toEqual([
    {
      factorName: 'calls to support',
      importance: 0.1,
      direction: 'raises',
      value: null,
      description: 'calls to support is not known; this raises the predicted risk of cancelling',
    },
  ])
  expect(riskFactors(words, new Float64Array(5), 0, raw, 0)).toEqual([])
})

test('a long number is shortened in the sentence, not in the value', () => {
  const [factor] = riskFactors(words, Float64Array.of(0, 0, 0, 2, 1), 0, raw, 0)
  expect(factor).toMatchObject({ value: 1 / 3, description: expect.stringContaining('is 0.333333 days old') })
})
