import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inferenceManifest, trainingManifest } from '../../../functions/report/manifest.ts'
import { contracts } from '../../../functions/stages.ts'
import { inferenceDocuments, trainingDocuments } from '../../builders/report-documents.ts'

const request = contracts.writeReport.input.parse(inferenceDocuments().request)
if (request.purpose !== 'inference') throw new Error('an inference request')

const times = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
const runs = fc
  .record({
    runId: fc.stringMatching(/^[a-z0-9]{16}$/),
    modelVersion: fc.stringMatching(/^[1-9][0-9]{0,4}$/),
    parts: fc.nat(200),
    fellBack: fc.boolean(),
    explanations: fc.boolean(),
    startedAt: times.map((time) => time.toISOString()),
    scores: fc.record({
      rows: fc.nat(),
      predictions: fc.nat(),
      lowConfidence: fc.nat(),
      flagged: fc.nat(),
      meanPrediction: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  })
  .map((run) => ({ ...request, ...run, runUri: `s3://bucket/parcels/inference/${run.runId}` }))

describe('the manifest of a run', () => {
  // Feature: mlops-platform, Property 8: Inference results storage
  it('of any inference run names every result, the model version, the time and the number of predictions', () => {
    fc.assert(
      fc.property(runs, times, (run, finished) => {
        const manifest = inferenceManifest(run, run.explanations, finished.toISOString())
        expect(manifest).toMatchObject({
          runId: run.runId,
          modelVersion: run.modelVersion,
          fellBack: run.fellBack,
          explanations: run.explanations,
          startedAt: run.startedAt,
          finishedAt: finished.toISOString(),
          predictionCount: run.scores.predictions,
          lowConfidence: run.scores.lowConfidence,
        })
        const { predictions, scores, drift, report } = manifest.written
        expect(new Set(predictions).size).toBe(run.parts)
        expect(new Set(scores).size).toBe(run.parts)
        expect([...predictions, ...scores, report].every((uri) => uri.startsWith(`${run.runUri}/`))).toBe(
          true,
        )
        expect(drift).toBe(run.driftUri)
        expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest)
      }),
      { numRuns: 200 },
    )
  })

  it('says that no model was registered when the gate refused it', () => {
    const { request: asked } = trainingDocuments({ modelVersion: undefined })
    const parsed = contracts.writeReport.input.parse(asked)
    if (parsed.purpose !== 'training') throw new Error('a training request')
    const manifest = trainingManifest(parsed, '2026-03-04T05:08:09.000Z')
    expect(manifest.modelVersion).toBeNull()
    expect(manifest.written.evaluation).toBe(parsed.evaluationUri)
    expect(manifest.trainingJob).toEqual({ name: 'parcels-abcdefghij012345-0-0', seconds: 125 })
  })
})
