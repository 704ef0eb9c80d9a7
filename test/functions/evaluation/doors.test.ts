import type { Context } from 'aws-lambda'
import { describe, expect, it, vi } from 'vitest'
import { evaluationSchema } from '../../../functions/evaluation/evaluation.ts'
import { parseDecision } from '../../../functions/scoring/decision.ts'
import { buildExamples, buildProfile, buildProject, encoder, linearModel, noExamples } from './build-run.ts'

const bucket = vi.hoisted(() => new Map<string, unknown>())

vi.mock('../../../functions/object-store.ts', () => ({
  getJson: async (uri: string) => structuredClone(bucket.get(uri)),
  getBytes: async ({ uri }: { uri: string }) => bucket.get(uri),
  putJson: async (uri: string, value: unknown) => void bucket.set(uri, JSON.parse(JSON.stringify(value))),
}))
vi.mock('../../../functions/features/example-store.ts', () => ({
  readExamplesParquet: async (uri: string) => bucket.get(uri),
}))

const { handler: evaluatePart } = await import('../../../functions/evaluation/part.handler.ts')
const { handler: mergeEvaluation } = await import('../../../functions/evaluation/merge.handler.ts')

const runUri = 's3://bucket/bicycles/runs/abcdefghij012345'
const run = { runId: 'abcdefghij012345', projectUri: 's3://bucket/bicycles/project.json', runUri }
const model = { modelUri: `${runUri}/model/model.tar.gz`, encoderUri: `${runUri}/encoder.json` }
const context = { functionName: 'evaluate', awsRequestId: '1' } as Context

describe('the doors of the evaluation', () => {
  it('score every part, fit the decision, and answer metrics and gate', async () => {
    bucket.set(run.projectUri, buildProject())
    bucket.set(model.encoderUri, encoder)
    bucket.set(model.modelUri, linearModel([1.5, 0.8, 0, 0, 0, -1.4]))
    bucket.set(`${runUri}/profile.json`, buildProfile(buildExamples(500, 9)))
    for (const [index, test] of [buildExamples(300, 2), noExamples, buildExamples(200, 3)].entries()) {
      bucket.set(`${runUri}/calibration/examples/part-0000${index}.parquet`, buildExamples(150, 10 + index))
      bucket.set(`${runUri}/test/examples/part-0000${index}.parquet`, test)
      const champion = { modelUri: model.modelUri, encoderUri: model.encoderUri }
      const answer = await evaluatePart({ ...run, ...model, index, champion }, context)
      expect(answer).toEqual({ index, rows: test.rows })
    }
    const answer = await mergeEvaluation(
      {
        ...run,
        ...model,
        parts: 3,
        engine: 'sagemaker-xgboost-3.0-5',
        championEngine: 'sagemaker-xgboost-3.0-5',
      },
      context,
    )
    const evaluation = evaluationSchema.parse(bucket.get(`${runUri}/evaluation.json`))
    const decision = parseDecision(bucket.get(`${runUri}/decision.json`))
    expect(answer).toMatchObject({
      evaluationUri: `${runUri}/evaluation.json`,
      decisionUri: `${runUri}/decision.json`,
      gate: { passed: true },
    })
    expect(answer.metrics.rocAuc).toBe(evaluation.metrics.rocAuc)
    expect(evaluation).toMatchObject({ rows: 1_000, entities: 500, calibrationRows: 900 })
    expect(evaluation.champion).toMatchObject({ compared: true, difference: 0 })
    expect(decision.threshold).toBe(evaluation.threshold?.value)
    expect(decision.modelEngine).toBe('sagemaker-xgboost-3.0-5')
  })
})
