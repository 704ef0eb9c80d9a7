import { expect, test } from 'vitest'
import { datasetLineage, modelLineage } from '../../../functions/catalogue/lineage.ts'
import { datasetItem } from '../../../functions/dataset/dataset-store.ts'
import { runSchema } from '../../../functions/starter/run-store.ts'
import { registeredModel } from '../../builders/registration.ts'

const dataset = datasetItem.parse({
  ...{ project: 'demo', name: 'visits', version: 'aaaa', uri: 's3://b/visits.csv', fileName: 'visits.csv' },
  ...{ bytes: 1, rows: 1, columns: 1, sha256: 'aaaa', manifestUri: 's3://b/m', requestedBy: 'ana' },
  ...{ createdAt: '2026-11-21T00:00:00Z', attribution: 'the office', licence: 'CC0', runId: 'import' },
  origin: { kind: 'url', location: 'https://example.org/visits.csv' },
})
const run = (runId: string, pipeline: string, request: object) =>
  runSchema.parse({
    ...{ runId, project: 'demo', pipeline, requestedBy: 'ben', status: 'SUCCEEDED', progress: 1 },
    ...{ startedAt: '2026-11-21T01:00:00Z', request },
  })
const runs = [
  run('r1', 'training', { dataset: { name: 'visits', version: 'aaaa' } }),
  run('r2', 'training', { dataset: { name: 'visits', version: 'bbbb' } }),
  run('r3', 'inference', { inputUri: 's3://b/batch.csv' }),
  run('r4', 'dataset-import', { name: 'visits' }),
]
const models = [
  registeredModel({ version: '1', runId: 'r1', datasetName: 'visits', datasetVersion: 'aaaa' }),
  registeredModel({ version: '2', runId: 'r2', datasetName: 'visits', datasetVersion: 'bbbb' }),
]
const scored = [1, 1, 2].map((version, at) => ({
  ...{ runId: `s${at}`, modelVersion: String(version), predictionCount: 10, input: 's3://b/batch.csv' },
  ...{ finishedAt: '2026-11-21T02:00:00Z', predictions: [`s3://b/p${at}.jsonl`] },
}))

test('a dataset version leads to its runs, models and predictions, and to no others', () => {
  const lineage = datasetLineage(dataset, runs, models, scored)
  expect(lineage.runs.map(({ runId }) => runId)).toEqual(['r1'])
  expect(lineage.models.map(({ version }) => version)).toEqual(['1'])
  expect(lineage.models[0]?.predictions.map(({ runId }) => runId)).toEqual(['s0', 's1'])
  expect(lineage.predictionCount).toBe(20)
  expect(lineage.dataset).toMatchObject({ location: 'https://example.org/visits.csv', importRunId: 'import' })
})

test('a model version leads back to its run, its dataset and where that came from', () => {
  const [model] = models
  const lineage = modelLineage(model!, runs[0], dataset, scored)
  expect(lineage).toMatchObject({
    model: { version: '1', runId: 'r1' },
    run: { runId: 'r1', requestedBy: 'ben' },
    datasetVersion: 'visits@aaaa',
    dataset: { attribution: 'the office', licence: 'CC0', importedBy: 'ana' },
  })
  expect(lineage.predictions).toHaveLength(2)
})

test('a model on data that the catalogue does not hold still names them', () => {
  const lineage = modelLineage(models[1]!, undefined, undefined, [])
  expect(lineage).toMatchObject({ datasetVersion: 'visits@bbbb', dataset: undefined, run: undefined })
})
