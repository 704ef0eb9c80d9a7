/** The local trainer against the library's `hist`: the mean test AUC or RMSE over five seeds, by the same hyperparameters. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { once, rank } from '../../functions/evaluation/ranking.ts'
import { regressionMetrics } from '../../functions/evaluation/regression-metrics.ts'
import { predict } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { boost } from '../../local/training/boost.ts'
import { modelBytes } from '../../local/training/write-model.ts'
import type { Reckoning } from './reckoning.ts'

/** Relative; beyond it two standard errors of the difference are allowed. */
const tolerance = 0.005

type Written =
  | { readonly name: string; readonly absent: string }
  | {
      readonly name: string
      readonly absent?: undefined
      readonly metric: 'auc' | 'rmse'
      readonly seeds: readonly number[]
      readonly hyperparameters: Readonly<Record<string, string>>
      readonly rows: number
      readonly trainingRows: number
      readonly columns: number
    }

/** @param data folder of the real tables; those that are not there are skipped */
export async function checkQuality(
  directory: string,
  data: string,
  python: string,
  full: boolean,
  reckoning: Reckoning,
): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const script = join(import.meta.dirname, 'quality.py')
  execFileSync(python, [script, directory, data, ...(full ? ['--full'] : [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const tables: Written[] = JSON.parse(readFileSync(join(directory, 'tables.json'), 'utf8'))
  for (const table of tables) {
    const title = `trainer on ${table.name}`
    if (table.absent !== undefined) {
      reckoning.skip(title, table.absent)
      continue
    }
    const test = floats(join(directory, `${table.name}.test.f32`))
    const labels = test.subarray(0, table.rows)
    const features = test.subarray(table.rows)
    const score = (predictions: Float32Array) => scoreOf(table.metric, predictions, labels)
    const ours: number[] = []
    const theirs: number[] = []
    for (const seed of table.seeds) {
      const { model } = await boost({
        train: [join(directory, `${table.name}.train.csv`)],
        hyperparameters: { ...table.hyperparameters, seed: String(seed) },
        threads: 2,
      })
      ours.push(score(predict(readModel(modelBytes(model)), features, table.rows)))
      theirs.push(score(floats(join(directory, `${table.name}-${seed}.f32`))))
    }
    const [mine, library] = [mean(ours), mean(theirs)]
    // A better score is no fault.
    const loss = (table.metric === 'auc' ? library - mine : mine - library) / library
    const standardError = Math.sqrt((variance(ours) + variance(theirs)) / ours.length) / library
    reckoning.check(`${title}: ${table.metric} ${mine.toFixed(4)}, library ${library.toFixed(4)}`, {
      [`trainer: ${table.metric} lost on ${table.name}`]: {
        worst: Math.max(0, loss),
        limit: Number(Math.max(tolerance, 2 * standardError).toPrecision(2)),
      },
    })
    reckoning.count('models', 2 * table.seeds.length)
    reckoning.count('rows', table.trainingRows)
  }
}

function scoreOf(metric: 'auc' | 'rmse', predictions: Float32Array, labels: Float32Array): number {
  if (metric === 'rmse') return regressionMetrics(predictions, labels).rmse ?? Number.NaN
  const entities = Int32Array.from(labels.keys())
  return rank({ scores: predictions, labels, entities })(once(labels.length)).rocAuc ?? Number.NaN
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)

function floats(file: string): Float32Array {
  const bytes = readFileSync(file)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
