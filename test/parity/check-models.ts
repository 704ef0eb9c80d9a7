/** Models of the library against the reader, the predictor and the explainer. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explain } from '../../functions/scoring/explain.ts'
import { predict, predictMargins } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import type { XgboostModel } from '../../functions/scoring/xgboost-model.ts'
import { type Difference, farthest, type Reckoning } from './reckoning.ts'

type Part = 'matrix' | 'margins' | 'predictions' | 'marginsOfAllRounds' | 'contributions'

/** A line of `cases.jsonl`; the arrays of `parts` stand in its `.f32` file in this order. */
interface GridCase {
  readonly name: string
  readonly library: string
  readonly file: string
  readonly rows: number
  readonly features: number
  readonly parts: Readonly<Partial<Record<Part, number>>>
}

/** Limits of issue and documentation: in units of max(1, |value|), or of max(1, |margin|) for contributions. */
export const limits = { predictions: 1e-6, contributions: 1e-4, additivity: 1e-5 } as const

/** @param directory what grid.py wrote */
export function checkModels(directory: string, reckoning: Reckoning): void {
  const lines = readFileSync(join(directory, 'cases.jsonl'), 'utf8').trim().split('\n')
  for (const line of lines) {
    const grid: GridCase = JSON.parse(line)
    const name = `${grid.name} of xgboost ${grid.library}`
    try {
      reckoning.check(name, compareModel(directory, grid))
    } catch (error) {
      reckoning.fail(name, error instanceof Error ? error.message : String(error))
    }
    reckoning.count('models', 1)
    reckoning.count('rows', grid.rows)
  }
}

function compareModel(directory: string, { name, file, rows, parts }: GridCase): Record<string, Difference> {
  const bytes = readFileSync(join(directory, file))
  const arrays = readParts(join(directory, `${name}.f32`), parts)
  const { matrix, margins, predictions, marginsOfAllRounds, contributions } = arrays
  if (matrix === undefined || margins === undefined || predictions === undefined)
    throw new Error('the grid wrote no matrix, margins or predictions')
  const model = readModel(bytes)
  return {
    margins: { worst: farthest(predictMargins(model, matrix, rows), margins), limit: limits.predictions },
    predictions: { worst: farthest(predict(model, matrix, rows), predictions), limit: limits.predictions },
    ...(marginsOfAllRounds === undefined
      ? {}
      : {
          'margins of all rounds': {
            worst: farthest(
              predictMargins(readModel(bytes, { iterations: 'all' }), matrix, rows),
              marginsOfAllRounds,
            ),
            limit: limits.predictions,
          },
        }),
    ...compareContributions(model, matrix, rows, margins, contributions),
  }
}

/** Contributions against the library's, where it has any, and their sums against its margins. */
export function compareContributions(
  model: XgboostModel,
  matrix: Float32Array,
  rows: number,
  margins: Float32Array,
  expected: Float32Array | undefined,
): Record<string, Difference> {
  const width = model.features + 1
  const ours = explain(model, matrix, rows)
  let worstSum = 0
  let worst = 0
  for (let at = 0; at < margins.length; at++) {
    const unit = Math.max(1, Math.abs(margins[at]!))
    let sum = 0
    for (let cell = at * width; cell < (at + 1) * width; cell++) {
      sum += ours[cell]!
      if (expected !== undefined) worst = Math.max(worst, Math.abs(ours[cell]! - expected[cell]!) / unit)
    }
    worstSum = Math.max(worstSum, Math.abs(sum - margins[at]!) / unit)
  }
  if (expected !== undefined && expected.length !== ours.length) worst = Number.POSITIVE_INFINITY
  return {
    'contributions add up to the margin': { worst: worstSum, limit: limits.additivity },
    ...(expected === undefined ? {} : { contributions: { worst, limit: limits.contributions } }),
  }
}

function readParts(file: string, parts: GridCase['parts']): Partial<Record<Part, Float32Array>> {
  const bytes = readFileSync(file)
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  let at = 0
  return Object.fromEntries(
    Object.entries(parts).map(([part, length]) => {
      at += length
      return [part, all.subarray(at - length, at)]
    }),
  )
}
