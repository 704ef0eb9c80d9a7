import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { predict } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { boost } from '../../../local/training/boost.ts'
import type { Table } from '../../../local/training/read-csv.ts'
import { modelBytes, modelText, writeModel } from '../../../local/training/write-model.ts'
import { csvOf, directoryWith, mixedTable } from './tables.ts'

const program = fileURLToPath(new URL('../../../local/training/main.ts', import.meta.url))

function run(files: Record<string, string>, hyperparameters: Record<string, string>) {
  const directory = directoryWith({ ...files, 'hyperparameters.json': JSON.stringify(hyperparameters) })
  const at = (name: string) => join(directory, name)
  const validation = Object.keys(files).some((name) => name.startsWith('validation/'))
  const channels = ['--train', at('train'), ...(validation ? ['--validation', at('validation')] : [])]
  const outputs = ['--model-dir', at('model'), '--metrics', at('metrics.json')]
  const rest = ['--hyperparameters', at('hyperparameters.json'), ...outputs]
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...channels, ...rest], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr, at }
}

/** Row-major, as the scorer takes it. */
function matrixOf({ rows, columns, values }: Table): Float32Array {
  return Float32Array.from(
    { length: rows * columns },
    (_, at) => values[(at % columns) * rows + Math.floor(at / columns)]!,
  )
}

function logloss(predictions: Float32Array, labels: Float32Array): number {
  const losses = Array.from(predictions, (p, row) => -Math.log(labels[row] === 1 ? p : 1 - p))
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

const train = mixedTable(300)
const validation = mixedTable(120, 2)
const channels = { 'train/a.csv': csvOf(train), 'validation/b/part.csv': csvOf(validation) }
const boosting = { objective: 'binary:logistic', num_round: '12', eval_metric: 'auc,logloss' }

test('trains as the built-in algorithm does: log lines, metrics and a model that the scorer reads', () => {
  const { status, stdout, at } = run(channels, { ...boosting, verbosity: '1' })
  expect(status).toBe(0)
  const lines = stdout.split('\n')
  expect(lines[0]).toBe('verbosity is ignored: the log is always the same')
  expect(lines[1]).toMatch(
    /^\[0\]\ttrain-auc:0\.\d{5}\ttrain-logloss:0\.\d{5}\tvalidation-auc:0\.\d{5}\tvalidation-logloss:0\.\d{5}$/,
  )
  const metrics = JSON.parse(readFileSync(at('metrics.json'), 'utf8'))
  expect(metrics).toMatchObject({ rounds: 12, rows: { train: 300, validation: 120 }, features: 16 })
  expect(metrics.history.at(-1)).toEqual(metrics.metrics)
  const model = readModel(readFileSync(at('model/model.tar.gz')))
  const loss = logloss(predict(model, matrixOf(validation), validation.rows), validation.labels)
  expect(loss).toBeCloseTo(metrics.metrics['validation:logloss'], 5)
  expect(execFileSync('tar', ['tzf', at('model/model.tar.gz')], { encoding: 'utf8' })).toBe('xgboost-model\n')
})

test('the same job leaves the same bytes', () => {
  const archive = () =>
    readFileSync(run(channels, { ...boosting, subsample: '0.5' }).at('model/model.tar.gz'))
  expect(archive()).toEqual(archive())
})

test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
  [
    'one class',
    { 'train/a.csv': '1,2\n1,3\n' },
    boosting,
    /^ClientError: TrainingDataUnusable: only one class is present/,
  ],
  [
    'a text',
    { 'train/a.csv': '1,2\n0,private\n' },
    boosting,
    /^ClientError: TrainingDataUnusable: a cell is not a number, file a.csv, row 2, column 2/,
  ],
  [
    'no file',
    { 'other/a.csv': '', 'train/.hidden': '1,2' },
    boosting,
    /^ClientError: TrainingDataUnusable: the channel holds no files/,
  ],
  [
    'other columns',
    { ...channels, 'validation/b/part.csv': '1,2\n0,1\n' },
    boosting,
    /^ClientError: TrainingDataUnusable: the channels differ in their number of features, channel validation: got 1; expected 16/,
  ],
  [
    'a bad value',
    channels,
    { ...boosting, eta: 'fast' },
    /^ClientError: HyperparameterRefused: hyperparameter eta/,
  ],
])(
  '%s leaves the reason in the file failure, exit code 1 and no model',
  (_case, files, hyperparameters, reason) => {
    const { status, stderr, at } = run(files, hyperparameters)
    expect(status).toBe(1)
    const failure = readFileSync(at('model/failure'), 'utf8')
    expect(failure).toMatch(reason)
    expect(failure).not.toContain('private')
    expect(stderr).toBe(`${failure}\n`)
    expect(existsSync(at('model/model.tar.gz'))).toBe(false)
  },
)

test('early stopping and feature names are in the document, in JSON and in UBJSON alike', async () => {
  const directory = directoryWith({ 'train.csv': csvOf(train), 'validation.csv': csvOf(validation) })
  const featureNames = Array.from({ length: 16 }, (_, at) => `feature ${at}`)
  const { model, metrics } = await boost({
    train: [join(directory, 'train.csv')],
    validation: [join(directory, 'validation.csv')],
    hyperparameters: { ...boosting, num_round: '300', eta: '1', early_stopping_rounds: '3' },
    featureNames,
  })
  const best = metrics.bestIteration!
  expect(metrics.rounds).toBe(best + 4)
  expect(metrics.final).toEqual(metrics.history[best])
  expect(model).toMatchObject({
    learner: {
      attributes: { best_iteration: String(best), best_score: String(metrics.final['validation:logloss']) },
      feature_names: featureNames,
      gradient_booster: { model: { gbtree_model_param: { num_trees: String(best + 1) } } },
    },
  })
  for (const name of ['model.json', 'model.ubj', 'xgboost-model']) {
    writeModel(model, join(directory, name))
    const read = readModel(readFileSync(join(directory, name)))
    const loss = logloss(predict(read, matrixOf(validation), validation.rows), validation.labels)
    expect(loss).toBeCloseTo(metrics.final['validation:logloss']!, 5)
  }
})

test('the linear booster is read back by the scorer', async () => {
  const directory = directoryWith({ 'train.csv': csvOf(train) })
  const hyperparameters = { ...boosting, booster: 'gblinear' }
  const { model, metrics } = await boost({ train: [join(directory, 'train.csv')], hyperparameters })
  const predictions = predict(readModel(modelBytes(model)), matrixOf(train), train.rows)
  expect(logloss(predictions, train.labels)).toBeCloseTo(metrics.final['train:logloss']!, 5)
})

test('floats without a fraction are written with an exponent, as the library demands', () => {
  expect(modelText({ weights: [1, 0.5, -2, 1e21], tree_info: [0, 1], id: 3, name: 'x"' })).toBe(
    '{"weights":[1E0,0.5,-2E0,1e+21],"tree_info":[0,1],"id":3,"name":"x\\""}',
  )
})
