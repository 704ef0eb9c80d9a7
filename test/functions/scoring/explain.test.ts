/** TreeSHAP against the definition of the Shapley value on arbitrary trees, by both of its ways. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explain } from '../../../functions/scoring/explain.ts'
import { predictMargins } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { asJson, asUbjson, matrix, modelDocument, type TreeDocument, treeDocument } from './random-model.ts'

const features = 4
const cases = fc.record({
  trees: fc.array(treeDocument(features, 4), { minLength: 1, maxLength: 3 }),
  rows: matrix(features, 3),
})
/** Enough rows that tables pay off. */
const many = 64

/** E[f(x) | the features in `known`] as the trees define it: unknown splits average their children by cover. */
function expectation(tree: TreeDocument, row: Float32Array, known: number, node = 0): number {
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  if (left < 0) return tree.condition[node]!
  if ((known >> tree.feature[node]!) & 1) {
    const value = row[tree.feature[node]!]!
    const isLeft = Number.isNaN(value) ? tree.defaultLeft[node] === 1 : value < tree.condition[node]!
    return expectation(tree, row, known, isLeft ? left : right)
  }
  const [l, r] = [tree.cover[left]!, tree.cover[right]!]
  return (l * expectation(tree, row, known, left) + r * expectation(tree, row, known, right)) / (l + r)
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

/** Shapley (1953): the mean over all orders of what the feature adds. */
function shapley(trees: TreeDocument[], row: Float32Array, feature: number): number {
  let sum = 0
  for (let set = 0; set < 2 ** features; set++) {
    if ((set >> feature) & 1) continue
    const size = [0, 1, 2, 3].filter((k) => (set >> k) & 1).length
    const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features)
    for (const tree of trees)
      sum += weight * (expectation(tree, row, set | (1 << feature)) - expectation(tree, row, set))
  }
  return sum
}

/** The rows repeated, so that the way by tables is taken. */
const repeated = (rows: Float32Array) =>
  Float32Array.from({ length: many * features }, (_, at) => rows[at % rows.length]!)

test('contributions are the Shapley values of the trees, row by row and by tables', () => {
  fc.assert(
    fc.property(cases, ({ trees, rows }) => {
      const model = readModel(asUbjson(modelDocument(features, trees)))
      const few = explain(model, rows, 3)
      const tabled = explain(readModel(asJson(modelDocument(features, trees))), repeated(rows), many)
      for (let row = 0; row < 3; row++) {
        const values = rows.subarray(row * features, (row + 1) * features)
        for (let feature = 0; feature < features; feature++) {
          const expected = shapley(trees, values, feature)
          expect(few[row * (features + 1) + feature]).toBeCloseTo(expected, 9)
          expect(tabled[row * (features + 1) + feature]).toBeCloseTo(expected, 9)
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('contributions and bias add up to the margin', () => {
  fc.assert(
    fc.property(cases, ({ trees, rows }) => {
      const model = readModel(asJson(modelDocument(features, trees)))
      const margins = predictMargins(model, repeated(rows), many)
      const contributions = explain(model, repeated(rows), many)
      for (const [row, margin] of margins.entries()) {
        const own = contributions.subarray(row * (features + 1), (row + 1) * (features + 1))
        const sum = own.reduce((a, b) => a + b, 0)
        expect(Math.abs(sum - margin)).toBeLessThan(1e-5 * Math.max(1, Math.abs(margin)))
      }
    }),
    { numRuns: 150 },
  )
})

test('a feature that no split tests contributes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(treeDocument(features - 1, 4), { minLength: 1, maxLength: 3 }),
      matrix(features, many),
      (trees, rows) => {
        const model = readModel(asJson(modelDocument(features, trees)))
        const contributions = explain(model, rows, many)
        for (let row = 0; row < many; row++)
          expect(contributions[row * (features + 1) + features - 1]).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})

test('a side without training rows takes half of its parent when both sides have none', () => {
  const tree = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0, -1, 3] }
  const document = modelDocument(1, [{ ...tree, defaultLeft: [0, 0, 0], cover: [0, 0, 0] }])
  expect(Array.from(explain(readModel(asJson(document)), Float32Array.of(-1), 1))).toEqual([-2, 1])
})

test('a path without training rows contributes what the row itself finds there', () => {
  const tree = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0, -1, 3] }
  const document = modelDocument(1, [{ ...tree, defaultLeft: [0, 0, 0], cover: [5, 0, 5] }])
  const contributions = explain(readModel(asJson(document)), Float32Array.of(-1, 1), 2)
  expect(Array.from(contributions)).toEqual([-4, 3, 0, 3])
})
