/** Predictions on arbitrary trees against a plain walk, and in the range that their objective promises. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { predict, predictMargins } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { asJson, asUbjson, matrix, modelDocument, type TreeDocument, treeDocument } from './random-model.ts'

const features = 3
const cases = fc.record({
  trees: fc.array(treeDocument(features, 5), { minLength: 1, maxLength: 4 }),
  rows: matrix(features, 9),
})

function leaf(tree: TreeDocument, row: Float32Array): number {
  let node = 0
  while (tree.left[node]! >= 0) {
    const value = row[tree.feature[node]!]!
    const isLeft = Number.isNaN(value) ? tree.defaultLeft[node] === 1 : value < tree.condition[node]!
    node = isLeft ? tree.left[node]! : tree.right[node]!
  }
  return tree.condition[node]!
}

test('margins are the sum of the leaves that a row falls into, whatever the block', () => {
  fc.assert(
    fc.property(cases, ({ trees, rows }) => {
      const model = readModel(asUbjson(modelDocument(features, trees)))
      const expected = Array.from({ length: 9 }, (_, row) =>
        trees.reduce(
          (sum, tree) => Math.fround(sum + leaf(tree, rows.subarray(row * features, (row + 1) * features))),
          0,
        ),
      )
      expect(Array.from(predictMargins(model, rows, 9))).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test('a model read from JSON and from UBJSON predicts the same', () => {
  fc.assert(
    fc.property(cases, ({ trees, rows }) => {
      const document = modelDocument(features, trees)
      expect(predict(readModel(asJson(document)), rows, 9)).toEqual(
        predict(readModel(asUbjson(document)), rows, 9),
      )
    }),
  )
})

// Feature: mlops-platform, Property 50: Adherence prediction probability range
test('a probability lies in [0, 1] for any trees and any row', () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: -300, max: 300 }), ({ trees, rows }, scale) => {
      const scaled = trees.map((tree) => ({
        ...tree,
        condition: tree.condition.map((value, node) => (tree.left[node]! < 0 ? value * scale : value)),
      }))
      for (const p of predict(readModel(asJson(modelDocument(features, scaled))), rows, 9)) {
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 200 },
  )
})

describe('rows that do not fit', () => {
  test('are refused with the number of columns', () => {
    const stump = { left: [-1], right: [-1], feature: [0], condition: [1], defaultLeft: [0], cover: [1] }
    const model = readModel(asJson(modelDocument(features, [stump])))
    expect(() => predict(model, new Float32Array(8), 4)).toThrow(
      'the rows do not fit the model: got 2 columns; expected 3; score rows that the encoder of this model version encoded',
    )
    expect(predict(model, new Float32Array(0), 0)).toEqual(new Float32Array(0))
  })
})

test('a split at minus infinity sends every value right and a missing one by its default', () => {
  const tree = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0, -1, 3] }
  const text = JSON.stringify(modelDocument(1, [{ ...tree, defaultLeft: [1, 0, 0], cover: [2, 1, 1] }]))
  const model = readModel(
    new TextEncoder().encode(text.replace('"split_conditions":[0,', '"split_conditions":[-Infinity,')),
  )
  expect(Array.from(predictMargins(model, Float32Array.of(-3e38, Number.NaN), 2))).toEqual([3, -1])
})
