/** The exported module against the scorer that it was made from: the same predictions, in any JavaScript engine. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoder } from '../../../functions/features/encoder.ts'
import type { Examples } from '../../../functions/features/examples.ts'
import { parseProject } from '../../../functions/project.ts'
import { exportModel } from '../../../functions/scoring/export-model.ts'
import type { ExportedExample, ExportedScorer } from '../../../functions/scoring/exported-scorer.ts'
import { packModel, unpackModel } from '../../../functions/scoring/portable-model.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { type Scorer, scoreExamples } from '../../../functions/scoring/score-examples.ts'

const numeric = ['calls', 'days', 'dose']
const project = parseProject({
  id: 'churn',
  title: 'Cancellation\nof contracts',
  task: 'binary-classification',
  source: {
    columns: [
      ...[...numeric, 'customer'].map((name) => ({ name, type: 'number' })),
      { name: 'tariff', type: 'category' },
    ],
  },
  entityKey: 'customer',
  featuresSql: 'SELECT 1',
  label: { meaning: 'cancels', positive: 'risk of cancelling', caveat: 'says nothing of why' },
  features: [
    ...numeric.map((name) => ({ name, kind: 'numeric' as const, from: [name], label: name })),
    {
      name: 'tariff',
      kind: 'category',
      from: ['tariff'],
      label: 'tariff',
      sentence: 'the tariff is {value}',
    },
  ],
  split: { train: 0.6, validation: 0.1, calibration: 0.1, test: 0.2 },
  prediction: {
    names: { entityId: 'customerId', prediction: 'cancelProbability' },
    fields: { plan: 'tariff', days: 'days', region: 'region' },
  },
})
const tariffs = ['tariff=a', 'tariff=other', 'tariff=null']
const encoder: Encoder = {
  contract: 1,
  features: [
    ...['calls', 'days'].map((name): Encoder['features'][number] => ({
      name,
      kind: 'numeric',
      encoding: 'numeric',
      columns: [name],
      median: 0,
    })),
    { name: 'tariff', kind: 'category', encoding: 'one-hot', columns: tariffs, levels: ['a'] },
  ],
  columns: ['calls', 'days', ...tariffs],
  hash: '0123456789abcdef',
}
const ranks = Array.from({ length: 40 }, (_, at) => (at + 1) / 41)

function scorerOf(fixture: string): Scorer {
  return {
    modelVersion: '12',
    project,
    model: readModel(readFileSync(new URL(`fixtures/${fixture}`, import.meta.url))),
    encoder,
    decision: {
      format: 1,
      task: 'binary-classification',
      calibrator: { kind: 'platt', a: -0.8, b: 0.1 },
      conformal: {
        kind: 'classes',
        positive: { scores: ranks, n: 40 },
        negative: { scores: ranks.map((rank) => rank / 2), n: 40 },
      },
      threshold: 0.4,
      modelEngine: 'xgboost',
      baseValue: -1,
    },
  }
}

const examples: ExportedExample[] = Array.from({ length: 120 }, (_, at) => ({
  entityId: `c${at}`,
  exampleKey: `c${at}/1`,
  features: {
    calls: at % 9 === 0 ? null : Math.sin(at) * 2,
    days: at % 7 === 0 ? null : Math.cos(at * 3),
    tariff: [null, 'a', 'b'][at % 3] ?? null,
  },
  fields: { region: at % 2 === 0 ? 'north' : null, days: String(at) },
}))
const inColumns: Examples = {
  rows: examples.length,
  entityIds: examples.map(({ entityId }) => entityId),
  exampleKeys: examples.map(({ exampleKey }) => exampleKey),
  labels: new Float64Array(examples.length),
  features: {
    rows: examples.length,
    columns: {
      calls: Float64Array.from(examples, ({ features }) => Number(features.calls ?? Number.NaN)),
      days: Float64Array.from(examples, ({ features }) => Number(features.days ?? Number.NaN)),
      tariff: examples.map(({ features }) => features.tariff as string | null),
    },
  },
  extra: {
    tariff: examples.map(({ features }) => features.tariff as string | null),
    days: examples.map(({ fields }) => fields?.days ?? null),
    region: examples.map(({ fields }) => fields?.region ?? null),
  },
}
const timestamp = '2024-05-06T07:08:09.000Z'
const occasion = { timestamp, severeDrift: false, fallback: false, explanations: true }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'regimen-export-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(['gbtree-binary-logistic.ubj', 'gblinear-binary-logistic.json', 'forest-logistic.ubj'])(
  'the module of %s',
  (fixture) => {
    const scorer = scorerOf(fixture)
    const expected = Array.from(scoreExamples(scorer, occasion, inColumns), (one) => one.prediction)

    test('gives the predictions of batch scoring, to the bit', async () => {
      const { source, treeBytes } = await exportModel(scorer)
      const file = join(folder, `${fixture}.mjs`)
      writeFileSync(file, source)
      const module: ExportedScorer = await import(pathToFileURL(file).href)
      expect(module.score(examples, timestamp)).toEqual(expected)
      expect(Buffer.byteLength(source) - treeBytes).toBeLessThan(100_000)
      expect(source).toBe((await exportModel(scorer)).source)
    })

    test('needs no module of Node, and no WebAssembly', async () => {
      const { source } = await exportModel(scorer)
      expect(source).not.toMatch(/\b(?:import\s*[({*"']|require\(|process\.|Buffer\b)/)
      const file = join(folder, `${fixture}.plain.mjs`)
      const asked = `import { score } from ${JSON.stringify(pathToFileURL(file).href)}
        if (typeof WebAssembly !== 'undefined') throw new Error('this engine has WebAssembly')
        console.log(JSON.stringify(score(${JSON.stringify(examples)}, ${JSON.stringify(timestamp)})))`
      writeFileSync(file, source)
      const answer = execFileSync(process.execPath, [
        '--jitless',
        '--no-warnings',
        '--input-type=module',
        '-e',
        asked,
      ])
      expect(JSON.parse(answer.toString())).toEqual(expected)
    })
  },
)

describe('the exported scorer', () => {
  test('says what it is for, and what its label cannot mean', async () => {
    const file = join(folder, 'about.mjs')
    writeFileSync(file, (await exportModel(scorerOf('gbtree-binary-logistic.ubj'))).source)
    const { about }: ExportedScorer = await import(pathToFileURL(file).href)
    expect(about).toMatchObject({
      project: 'churn',
      modelVersion: '12',
      label: { meaning: 'cancels', caveat: 'says nothing of why' },
      threshold: 0.4,
    })
    expect(about.features.map(({ name, kind }) => [name, kind])).toEqual([
      ['calls', 'numeric'],
      ['days', 'numeric'],
      ['tariff', 'category'],
    ])
  })

  test.each([
    [{ calls: 1, days: 2 }, 'feature "tariff" is missing, example 1'],
    [{ calls: 1, days: 2, tariff: 'a', age: 3 }, 'feature "age" was not there at training, example 1'],
    [{ calls: '1', days: 2, tariff: 'a' }, 'feature "calls" is not numeric as it was at training, example 1'],
  ])('refuses an example that breaks the contract', async (features, message) => {
    const file = join(folder, 'contract.mjs')
    writeFileSync(file, (await exportModel(scorerOf('gbtree-binary-logistic.ubj'))).source)
    const { score }: ExportedScorer = await import(pathToFileURL(file).href)
    expect(() => score([{ entityId: 'c', exampleKey: 'c/1', features }])).toThrow(message)
  })
})

test('packing keeps every array of a model, categorical splits too', () => {
  for (const fixture of ['categorical-partition.ubj', 'dart-softprob.ubj', 'gblinear-multi-softprob.json']) {
    const model = { ...scorerOf(fixture).model, bestIteration: undefined }
    expect(unpackModel(JSON.parse(JSON.stringify(packModel(model))))).toEqual(model)
  }
})
