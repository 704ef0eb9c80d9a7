import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metricNamed } from '../../../local/training/metric.ts'

const evaluate = (name: string, predictions: number[], labels: number[], weights?: number[]) =>
  metricNamed(name)!.evaluate({
    predictions: Float32Array.from(predictions),
    labels: Float32Array.from(labels),
    weights: weights === undefined ? undefined : Float32Array.from(weights),
  })

// Reference values: scikit-learn 1.9 on these five rows.
const predictions = [0.125, 0.5, 0.375, 0.75, 0.75]
const labels = [0, 0, 1, 1, 0]

test.each([
  ['auc', 7 / 12],
  ['accuracy', 0.6],
  ['precision', 0.5],
  ['recall', 0.5],
  ['f1', 7 / 12],
  ['f1_macro', 7 / 12],
  ['f1_binary', 0.5],
  ['balanced_accuracy', (0.5 + 2 / 3) / 2],
  ['error', 0.4],
  ['error@0.3', 0.4],
  ['rmse', Math.sqrt((0.125 ** 2 + 0.5 ** 2 + 0.625 ** 2 + 0.25 ** 2 + 0.75 ** 2) / 5)],
  ['mae', (0.125 + 0.5 + 0.625 + 0.25 + 0.75) / 5],
  ['logloss', -(Math.log(0.875) + Math.log(0.5) + Math.log(0.375) + Math.log(0.75) + Math.log(0.25)) / 5],
])('%s of five rows', (name, expected) => {
  expect(evaluate(name, predictions, labels)).toBeCloseTo(expected, 12)
})

test('the area under the ROC curve is the share of ordered pairs, ties half, negative predictions too', () => {
  const row = fc.record({ label: fc.integer({ min: 0, max: 1 }), step: fc.integer({ min: -4, max: 4 }) })
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
      const positives = rows.filter(({ label }) => label === 1)
      const negatives = rows.filter(({ label }) => label === 0)
      fc.pre(positives.length > 0 && negatives.length > 0)
      const wins = positives.flatMap((one) =>
        negatives.map((other) => (Math.sign(one.step - other.step) + 1) / 2),
      )
      const expected = wins.reduce((sum, win) => sum + win, 0) / wins.length
      const steps = rows.map(({ step }) => step / 8)
      expect(
        evaluate(
          'auc',
          steps,
          rows.map(({ label }) => label),
        ),
      ).toBeCloseTo(expected, 12)
    }),
    { numRuns: 200 },
  )
})

test('the area under the precision-recall curve is 1 for a perfect order and the prevalence for one tie', () => {
  expect(evaluate('aucpr', [0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0])).toBeCloseTo(1, 12)
  expect(evaluate('aucpr', [0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0])).toBeCloseTo(0.25, 12)
})

test('a weight of two is a row given twice', () => {
  for (const name of ['auc', 'aucpr', 'logloss', 'rmse', 'f1']) {
    const weighted = evaluate(name, [0.2, 0.6, 0.4, 0.3], [0, 1, 0, 1], [1, 2, 1, 1])
    const repeated = evaluate(name, [0.2, 0.6, 0.6, 0.4, 0.3], [0, 1, 1, 0, 1])
    expect(weighted).toBeCloseTo(repeated, 12)
  }
})

test('an absent class has no area', () => {
  expect(evaluate('auc', [0.2, 0.3], [1, 1])).toBeNaN()
  expect(evaluate('aucpr', [0.2, 0.3], [1, 1])).toBeNaN()
})

test('the Poisson likelihood counts the factorial', () => {
  // −log(e^−2 2³ / 3!)
  expect(evaluate('poisson-nloglik', [2], [3])).toBeCloseTo(2 - 3 * Math.log(2) + Math.log(6), 10)
})
