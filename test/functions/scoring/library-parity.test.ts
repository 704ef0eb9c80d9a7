/** The model reader, the predictor and the explainer against the xgboost library (fixtures: test/parity/make-models.py). */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { explain } from '../../../functions/scoring/explain.ts'
import { predict, predictMargins } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'

interface Case {
  library: string
  file: string
  rows: number
  features: number
  matrix: (number | null)[]
  margins: number[]
  predictions: number[]
  contributions?: number[]
}

const folder = new URL('fixtures/', import.meta.url)
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.case.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Case)

/** Largest difference in units of max(1, |expected|). */
function difference(actual: ArrayLike<number>, expected: number[]): number {
  expect(actual.length).toBe(expected.length)
  return expected.reduce(
    (most, value, at) => Math.max(most, Math.abs(actual[at]! - value) / Math.max(1, Math.abs(value))),
    0,
  )
}

describe.each(cases)('$file of xgboost $library', (fixture) => {
  const model = readModel(readFileSync(new URL(fixture.file, folder)))
  const matrix = Float32Array.from(fixture.matrix, (value) => value ?? Number.NaN)

  test('gives the margins and predictions of the library', () => {
    expect(model.features).toBe(fixture.features)
    expect(difference(predictMargins(model, matrix, fixture.rows), fixture.margins)).toBeLessThan(1e-6)
    expect(difference(predict(model, matrix, fixture.rows), fixture.predictions)).toBeLessThan(1e-6)
  })

  test('gives contributions that add up to the margin, and are those of the library', () => {
    const contributions = explain(model, matrix, fixture.rows)
    const width = model.features + 1
    fixture.margins.forEach((margin, at) => {
      const sum = contributions.subarray(at * width, (at + 1) * width).reduce((a, b) => a + b, 0)
      expect(Math.abs(sum - margin)).toBeLessThan(1e-5 * Math.max(1, Math.abs(margin)))
    })
    // The library has none for models with categorical splits.
    if (fixture.contributions !== undefined)
      expect(difference(contributions, fixture.contributions)).toBeLessThan(1e-4)
  })
})
