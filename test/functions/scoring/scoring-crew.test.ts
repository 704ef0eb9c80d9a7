/** Threads that share a table: the same bits as one thread, whatever their number and the rows. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { explain } from '../../../functions/scoring/explain.ts'
import { predict } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { scoringCrew } from '../../../functions/scoring/scoring-crew.ts'

const modelOf = (fixture: string) => readModel(readFileSync(new URL(`fixtures/${fixture}`, import.meta.url)))
const table = (rows: number, features: number) =>
  Float32Array.from({ length: rows * features }, (_, at) =>
    at % 11 === 0 ? Number.NaN : Math.sin(at * 7) * 3,
  )

describe.each([
  'gbtree-binary-logistic.ubj',
  'gbtree-softmax.ubj',
  'dart-softprob.ubj',
  'categorical-one-hot.json',
])('a crew on %s', (fixture) => {
  test('predicts and explains what one thread does', async () => {
    const model = modelOf(fixture)
    const crew = scoringCrew(model, 2)
    try {
      for (const rows of [0, 1, 2_500]) {
        const matrix = table(rows, model.features)
        expect(await crew.predict(matrix, rows)).toEqual(predict(model, matrix, rows))
        // Few rows are explained tree by tree, many by tables: the last digits differ.
        const contributions = explain(model, matrix, rows)
        const together = await crew.explain(matrix, rows)
        expect(together.length).toBe(contributions.length)
        for (const [at, value] of together.entries())
          if (!(Math.abs(value - contributions[at]!) < 1e-12)) expect(value).toBe(contributions[at])
      }
    } finally {
      await crew.close()
    }
  })
})

test('a crew refuses a matrix of another width before any thread sees it', async () => {
  const crew = scoringCrew(modelOf('gbtree-binary-logistic.ubj'), 1)
  await expect(crew.predict(new Float32Array(7), 1)).rejects.toThrow('the rows do not fit the model')
  await crew.close()
})

test('tables that are asked for at once are answered each with its own', async () => {
  const model = modelOf('gbtree-binary-logistic.ubj')
  const crew = scoringCrew(model, 2)
  const sizes = [3_000, 5, 1_500]
  const all = await Promise.all(sizes.map((rows) => crew.predict(table(rows, model.features), rows)))
  expect(all).toEqual(sizes.map((rows) => predict(model, table(rows, model.features), rows)))
  await crew.close()
})

test('a crew that was closed says so instead of waiting for ever', async () => {
  const crew = scoringCrew(modelOf('gbtree-binary-logistic.ubj'), 1)
  await crew.close()
  await expect(crew.predict(table(10, 5), 10)).rejects.toThrow('a scoring thread has ended')
})
