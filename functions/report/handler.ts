/** write-report: one self-contained page for people and one manifest for programs. */
import { door } from '../door.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { putBytes, putJson } from '../object-store.ts'
import type { Project } from '../project.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import {
  readDecision,
  readDrift,
  readEvaluation,
  readPredictionLines,
  readProfile,
  readScores,
} from './documents-store.ts'
import { inferenceManifest, type ReportRequest, trainingManifest } from './manifest.ts'
import { renderInferenceReport } from './render-inference-report.ts'
import { renderTrainingReport } from './render-training-report.ts'

export const handler = door({
  ...contracts.writeReport,
  async run(request, logger) {
    const finishedAt = new Date().toISOString()
    const places = request.purpose === 'training' ? trainingRun : inferenceRun
    const reportUri = places.report(request.runUri)
    const manifestUri = places.manifest(request.runUri)
    const project = await loadProject(request.projectUri)
    await putBytes(reportUri, await render(request, project), 'text/html; charset=utf-8')
    // The manifest comes last: where it stands, the run is whole.
    const manifest =
      request.purpose === 'training'
        ? trainingManifest(request, finishedAt)
        : inferenceManifest(request, request.explanations ?? project.prediction.explanations, finishedAt)
    await putJson(manifestUri, manifest)
    logger.info('reported', { runId: request.runId, purpose: request.purpose })
    return { reportUri, manifestUri }
  },
})

async function render(request: ReportRequest, project: Project): Promise<string> {
  const [profile, evaluation] = await Promise.all([
    readProfile(request.profileUri),
    readEvaluation(request.evaluationUri),
  ])
  if (request.purpose === 'training') {
    const decision = await readDecision(request.decisionUri)
    return renderTrainingReport({ request, project, profile, evaluation, decision })
  }
  const [drift, scores, predictionLines] = await Promise.all([
    readDrift(request.driftUri),
    readScores(request.runUri, request.parts),
    readPredictionLines(request.runUri, request.parts),
  ])
  return renderInferenceReport({ request, project, profile, drift, evaluation, scores, predictionLines })
}
