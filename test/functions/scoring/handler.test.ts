/** `score-part` from its payload to the objects that it writes, over an object store in memory. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Context } from 'aws-lambda'
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Encoder } from '../../../functions/features/encoder.ts'
import { parseProject } from '../../../functions/project.ts'
import type { Decision } from '../../../functions/scoring/decision.ts'
import { handler } from '../../../functions/scoring/handler.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { type Scorer, scoreExamples } from '../../../functions/scoring/score-examples.ts'
import { asJson, asUbjson, modelDocument } from './random-model.ts'

const objects = vi.hoisted(() => new Map<string, Uint8Array>())
vi.mock('../../../functions/object-store.ts', () => {
  const bytesOf = (uri: string) => {
    const found = objects.get(uri)
    if (found === undefined) throw new Error(`no object ${uri}`)
    return Buffer.from(found)
  }
  return {
    getBytes: async (range: { uri: string }) => bytesOf(range.uri),
    getJson: async (uri: string) => JSON.parse(bytesOf(uri).toString()),
    download: async (range: { uri: string; byteStart?: number; byteEnd?: number }, file: string) =>
      writeFileSync(file, bytesOf(range.uri).subarray(range.byteStart, range.byteEnd)),
  }
})
vi.mock('../../../functions/put-file-store.ts', () => ({
  putFile: async (uri: string, file: string) => objects.set(uri, readFileSync(file)),
}))

const told = vi.hoisted(() => [] as object[])
vi.mock('../../../functions/audit/audit-store.ts', () => ({
  recordAudit: async (writer: string, happening: object) => void told.push({ writer, ...happening }),
}))

const definition = {
  id: 'churn',
  title: 'Cancellation',
  task: 'binary-classification',
  source: {
    columns: [
      { name: 'customer', type: 'identifier' },
      { name: 'calls', type: 'number', nullable: true },
      { name: 'tariff', type: 'category', nullable: true },
      { name: 'gone', type: 'integer', outcome: true, nullable: true },
    ],
  },
  entityKey: 'customer',
  featuresSql: `SELECT customer AS entity_id, customer || '/1' AS example_key, CAST(gone AS DOUBLE) AS label,
    calls, tariff FROM raw`,
  label: { meaning: 'cancels', positive: 'risk of cancelling' },
  features: [
    { name: 'calls', kind: 'numeric', from: ['calls'], label: 'calls to support' },
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
    fields: { plan: 'tariff' },
  },
}
const project = parseProject(definition)
const encoder: Encoder = {
  contract: 1,
  features: [
    { name: 'calls', kind: 'numeric', encoding: 'numeric', columns: ['calls'], median: 1 },
    {
      name: 'tariff',
      kind: 'category',
      encoding: 'one-hot',
      columns: ['tariff=a', 'tariff=other', 'tariff=null'],
      levels: ['a'],
    },
  ],
  columns: ['calls', 'tariff=a', 'tariff=other', 'tariff=null'],
  hash: '0123456789abcdef',
}
/** More than two calls: margin 2, otherwise −1 on tariff a and −3 elsewhere. */
const tree = {
  left: [1, 3, -1, -1, -1],
  right: [2, 4, -1, -1, -1],
  feature: [0, 1, 0, 0, 0],
  condition: [2.5, 0.5, 2, -3, -1],
  defaultLeft: [1, 0, 0, 0, 0],
  cover: [10, 7, 3, 4, 3],
}
const decision: Decision = {
  format: 1,
  task: 'binary-classification',
  calibrator: { kind: 'platt', a: -1, b: 0 },
  conformal: {
    kind: 'classes',
    positive: { scores: [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7], n: 10 },
    negative: { scores: [0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.15, 0.2, 0.25, 0.4], n: 10 },
  },
  threshold: 0.5,
  modelEngine: 'xgboost',
  baseValue: -1,
}
const scorer: Scorer = {
  modelVersion: '7',
  project,
  model: readModel(asJson(modelDocument(4, [tree]))),
  encoder,
  decision,
}
const csv = 'customer,calls,tariff,gone\nc1,4,a,\n"c,2",1,a,\nc3,,b,\n'
const run = 's3://bucket/churn/inference/0123456789abcdef'
const payload = {
  runId: '0123456789abcdef',
  projectUri: 's3://bucket/churn/project.json',
  runUri: run,
  part: { index: 3, uri: 's3://bucket/batch.csv', format: 'csv', byteStart: 0, byteEnd: csv.length, rows: 3 },
  model: {
    modelVersion: '7',
    modelUri: 's3://bucket/model.ubj',
    encoderUri: 's3://bucket/encoder.json',
    decisionUri: 's3://bucket/decision.json',
  },
  severeDrift: false,
  timestamp: '2026-01-02T03:04:05Z',
}

beforeEach(() => {
  objects.set(payload.projectUri, asJson(definition))
  objects.set(payload.part.uri, Buffer.from(csv))
  objects.set(payload.model.modelUri, asUbjson(modelDocument(4, [tree])))
  objects.set(payload.model.encoderUri, asJson(encoder))
  objects.set(payload.model.decisionUri, asJson(decision))
})

const written = (name: string) => Buffer.from(objects.get(`${run}/${name}`) ?? []).toString()
const invoke = async (change: object = {}) =>
  handler({ ...payload, ...change }, { awsRequestId: 'request' } as Context)

test('a part is scored: one line of JSON and one of CSV per example, and the counts', async () => {
  const answer = await invoke()
  expect(answer).toMatchObject({ index: 3, rows: 3, predictions: 3, flagged: 1 })
  expect(told).toMatchObject([
    { writer: 'score-part', action: 'predict batch', result: 'begun', requestId: 'request' },
    { writer: 'score-part', action: 'predict batch', result: 'done', count: 3 },
  ])
  const lines = written('predictions/part-00003.jsonl').trim().split('\n')
  const [first, second, third] = lines.map((line) => JSON.parse(line))
  expect(first).toEqual({
    customerId: 'c1',
    exampleKey: 'c1/1',
    cancelProbability: expect.closeTo(1 / (1 + Math.exp(-2)), 6),
    plan: 'a',
    confidenceScore: expect.closeTo(1 - 1 / 11, 12),
    riskFactors: [
      {
        factorName: 'calls to support',
        importance: 2.5,
        direction: 'raises',
        value: 4,
        description: 'calls to support is 4; this raises the predicted risk of cancelling',
      },
      {
        factorName: 'tariff',
        importance: 0.4,
        direction: 'raises',
        value: 'a',
        description: 'the tariff is a; this raises the predicted risk of cancelling',
      },
    ],
    lowConfidence: false,
    reasons: [],
    modelVersion: '7',
    predictionTimestamp: '2026-01-02T03:04:05Z',
  })
  expect(second.cancelProbability).toBeCloseTo(1 / (1 + Math.exp(1)), 6)
  expect(third.riskFactors).toContainEqual(
    expect.objectContaining({ factorName: 'calls to support', value: null, direction: 'lowers' }),
  )
  expect(answer.sumPrediction).toBeCloseTo(
    [first, second, third].reduce((sum, { cancelProbability }) => sum + cancelProbability, 0),
    12,
  )
  const [header, , quoted] = written('scores/part-00003.csv').split('\n')
  expect(header).toBe('entity_id,example_key,prediction,confidence_score,low_confidence,flagged')
  expect(quoted).toMatch(/^"c,2","c,2\/1",0\.26\d+,0\.\d+,(true|false),false$/)
})

test('severe drift and a fallback are said in every prediction', async () => {
  const answer = await invoke({ severeDrift: true, fallback: true })
  expect(answer.lowConfidence).toBe(3)
  for (const line of written('predictions/part-00003.jsonl').trim().split('\n'))
    expect(JSON.parse(line).reasons).toEqual(
      expect.arrayContaining([
        'the batch differs severely from the data that the model was trained on',
        'scored by the previous model version, because the current one failed',
      ]),
    )
})

test.each([
  ['the run', { explanations: false }, {}, []],
  ['the project', {}, { explanations: false }, []],
  [
    'the run, over the project',
    { explanations: true },
    { explanations: false },
    ['calls to support', 'tariff'],
  ],
])(
  '%s decides whether a prediction says what moved it; the rest of it stays',
  async (_, asked, set, factors) => {
    await invoke()
    const [before] = written('predictions/part-00003.jsonl').split('\n')
    // Another address: a definition never changes under its own.
    const projectUri = `s3://bucket/churn/project-${JSON.stringify(set)}.json`
    objects.set(projectUri, asJson({ ...definition, prediction: { ...definition.prediction, ...set } }))
    await invoke({ ...asked, projectUri })
    const [after] = written('predictions/part-00003.jsonl').split('\n')
    const { riskFactors, ...rest } = JSON.parse(after ?? '')
    expect(riskFactors.map(({ factorName }: { factorName: string }) => factorName)).toEqual(factors)
    expect(rest).toEqual({ ...JSON.parse(before ?? ''), riskFactors: undefined })
  },
)

test('a model of another width than the encoder is refused, and nothing is written', async () => {
  objects.set('s3://bucket/other.ubj', asUbjson(modelDocument(3, [tree])))
  objects.delete(`${run}/predictions/part-00003.jsonl`)
  const other = { ...payload.model, modelUri: 's3://bucket/other.ubj' }
  await expect(invoke({ model: other })).rejects.toMatchObject({ name: 'FeatureContractBroken' })
  expect(written('predictions/part-00003.jsonl')).toBe('')
})

test('a request without a model is refused by its path', async () => {
  await expect(invoke({ model: undefined })).rejects.toThrow(
    'the request does not keep the contract, at model',
  )
})

// Feature: mlops-platform, Property 53: Adherence prediction output completeness
test('every prediction has a probability, a confidence and risk factors, whatever the row', () => {
  const row = fc.record({
    calls: fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.NaN)),
    tariff: fc.oneof(fc.constantFrom('a', null), fc.string()),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.boolean(), (rows, severeDrift) => {
      const tariff = rows.map((one) => one.tariff)
      const examples = {
        rows: rows.length,
        entityIds: rows.map((_, at) => `e${at}`),
        exampleKeys: rows.map((_, at) => `k${at}`),
        labels: new Float64Array(rows.length).fill(Number.NaN),
        features: {
          rows: rows.length,
          columns: { calls: Float64Array.from(rows, ({ calls }) => calls), tariff },
        },
        extra: { tariff },
      }
      const occasion = { timestamp: '2026-01-02T03:04:05Z', severeDrift, fallback: false, explanations: true }
      const scored = [...scoreExamples(scorer, occasion, examples)]
      expect(scored).toHaveLength(rows.length)
      for (const [at, { prediction }] of scored.entries()) {
        expect(prediction.customerId).toBe(`e${at}`)
        expect(prediction.exampleKey).toBe(`k${at}`)
        expect(prediction.cancelProbability).toBeGreaterThanOrEqual(0)
        expect(prediction.cancelProbability).toBeLessThanOrEqual(1)
        expect(prediction.confidenceScore).toBeGreaterThanOrEqual(0)
        expect(prediction.confidenceScore).toBeLessThanOrEqual(1)
        expect(prediction.riskFactors.length).toBeGreaterThan(0)
        for (const factor of prediction.riskFactors) {
          expect(factor.importance).toBeGreaterThan(0)
          expect(factor.description).toMatch(/(raises|lowers) the predicted risk of cancelling$/)
          expect(factor).toHaveProperty('value')
        }
        expect(prediction.plan).toBe(tariff[at])
        expect(prediction.lowConfidence).toBe(prediction.reasons.length > 0)
        expect(prediction).toMatchObject({ modelVersion: '7', predictionTimestamp: occasion.timestamp })
      }
    }),
    { numRuns: 150 },
  )
})
