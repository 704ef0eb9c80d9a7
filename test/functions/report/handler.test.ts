import { beforeEach, describe, expect, it, vi } from 'vitest'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { inferenceDocuments, scoresCsv, trainingDocuments } from '../../builders/report-documents.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
const { handler } = await import('../../../functions/report/handler.ts')

const put = (uri: string, value: unknown) =>
  void objects.set(uri, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
const text = (uri: string) => objects.get(uri)?.toString('utf8') ?? ''

const training = trainingDocuments()
const inference = inferenceDocuments()

beforeEach(() => {
  objects.clear()
  put(training.request.projectUri, training.project)
  put(training.request.profileUri, training.profile)
  put(training.request.evaluationUri, training.evaluation)
  put(training.request.decisionUri, training.decision)
  put(inference.request.profileUri, inference.profile)
  put(inference.request.driftUri, inference.drift)
  put(`${inference.request.runUri}/predictions/part-00000.jsonl`, `${inference.predictionLines.join('\n')}\n`)
  put(`${inference.request.runUri}/scores/part-00000.csv`, scoresCsv(900))
})

describe('write-report', () => {
  it('writes the report and the manifest of a training run', async () => {
    const answer = await handler(training.request, lambdaContext)
    expect(answer).toEqual({
      reportUri: 's3://bucket/parcels/runs/abcdefghij012345/report.html',
      manifestUri: 's3://bucket/parcels/runs/abcdefghij012345/manifest.json',
    })
    expect(text(answer.reportUri)).toContain('Training report')
    expect(JSON.parse(text(answer.manifestUri))).toMatchObject({ purpose: 'training', modelVersion: '7' })
  })

  it('writes the report and the manifest of an inference run', async () => {
    const answer = await handler(inference.request, lambdaContext)
    expect(text(answer.reportUri)).toContain('All 900 predictions.')
    expect(JSON.parse(text(answer.manifestUri))).toMatchObject({ purpose: 'inference', predictionCount: 900 })
  })

  it('draws a run of several parts, one of which holds nothing', async () => {
    put(`${inference.request.runUri}/scores/part-00001.csv`, '')
    put(`${inference.request.runUri}/scores/part-00002.csv`, scoresCsv(50))
    const scores = { ...inference.request.scores, predictions: 950 }
    const answer = await handler({ ...inference.request, parts: 3, scores }, lambdaContext)
    expect(text(answer.reportUri)).toContain('All 950 predictions.')
  })

  it('leaves no manifest when the report cannot be written', async () => {
    put(inference.request.driftUri, { format: 'something else' })
    await expect(handler(inference.request, lambdaContext)).rejects.toThrow()
    expect([...objects.keys()].filter((uri) => /report|manifest/.test(uri))).toEqual([])
  })
})
