/** The manifest of a run: what it read, what it wrote, with which versions, when. */
import type { z } from 'zod'
import { inferenceRun, trainingRun } from '../layout.ts'
import type { contracts } from '../stages.ts'

export type ReportRequest = z.output<typeof contracts.writeReport.input>
type TrainingRequest = Extract<ReportRequest, { purpose: 'training' }>
type InferenceRequest = Extract<ReportRequest, { purpose: 'inference' }>

const manifestFormat = 'regimen-manifest/1'

/** @param finishedAt ISO 8601. */
export function trainingManifest(request: TrainingRequest, finishedAt: string) {
  const { runId, project, projectUri, runUri, dataset, startedAt, requestedBy, engine, job, rows } = request
  return {
    format: manifestFormat,
    purpose: request.purpose,
    runId,
    project,
    projectUri,
    requestedBy,
    startedAt,
    finishedAt,
    dataset,
    /** null: the gate refused the model. */
    modelVersion: request.modelVersion ?? null,
    engine,
    hyperparameters: request.hyperparameters,
    trainingJob: { name: job.name, seconds: job.seconds },
    rows,
    written: {
      plan: request.planUri,
      profile: request.profileUri,
      baseline: trainingRun.baseline(runUri),
      encoder: request.encoderUri,
      model: job.modelUri,
      evaluation: request.evaluationUri,
      decision: request.decisionUri,
      report: trainingRun.report(runUri),
    },
  }
}

/** @param explained whether the predictions say what moved them. @param finishedAt ISO 8601. */
export function inferenceManifest(request: InferenceRequest, explained: boolean, finishedAt: string) {
  const { runId, project, projectUri, runUri, startedAt, requestedBy, modelVersion, scores, parts } = request
  return {
    format: manifestFormat,
    purpose: request.purpose,
    runId,
    project,
    projectUri,
    requestedBy,
    startedAt,
    finishedAt,
    input: request.inputUri,
    modelVersion,
    fellBack: request.fellBack,
    /** false: every `riskFactors` is empty because nobody asked, not because nothing moved the prediction. */
    explanations: explained,
    predictionCount: scores.predictions,
    sourceRows: scores.rows,
    lowConfidence: scores.lowConfidence,
    meanPrediction: scores.meanPrediction,
    written: {
      plan: request.planUri,
      profile: request.profileUri,
      drift: request.driftUri,
      evaluation: request.evaluationUri,
      predictions: Array.from({ length: parts }, (_, index) => inferenceRun.predictionsPart(runUri, index)),
      scores: Array.from({ length: parts }, (_, index) => inferenceRun.scoresPart(runUri, index)),
      report: inferenceRun.report(runUri),
    },
  }
}
