/** The door of what is known only after scoring: prediction drift and the label-free estimate, added to drift.json. */
import { door } from '../door.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { driftState } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { driftSchema } from './drift.ts'
import { historyLine } from './drift-history.ts'
import { predictionMetrics } from './drift-metrics.ts'
import { writeHistory } from './history-store.ts'
import { publishMetrics } from './metrics-store.ts'
import { readScoredRows } from './scores-store.ts'
import { withPredictions } from './with-predictions.ts'

export const handler = door({
  ...contracts.comparePredictions,
  async run({ projectUri, runUri, runId, driftUri, evaluationUri, parts, modelVersion, startedAt }, logger) {
    const [project, found, evaluation, scored] = await Promise.all([
      loadProject(projectUri),
      getJson(driftUri).then((value) => driftSchema.parse(value)),
      getJson(evaluationUri).then((value) => evaluationSchema.parse(value)),
      readScoredRows(runUri, parts),
    ])
    const drift = withPredictions({ drift: found, evaluation, scored, seed: project.split.seed })
    await putJson(driftUri, drift)
    const root = driftState.rootOf(runUri)
    await writeHistory(root, modelVersion, runUri, historyLine(drift, runId, startedAt))
    const metricsPublished = await publishMetrics({
      dimensions: { Project: project.id, Environment: process.env.ENVIRONMENT ?? 'local' },
      metrics: predictionMetrics(drift),
      at: startedAt,
      spillUri: driftState.unsentMetrics(root, startedAt, `${runUri}-predictions`),
    })
    const predictionsDrifted = drift.predictions?.drifted ?? null
    logger.info('predictions compared', { rows: scored.predictions.length, predictionsDrifted })
    return {
      driftUri,
      predictionsDrifted,
      estimatedRocAuc: drift.estimate?.rocAuc?.value ?? null,
      alarm: drift.alarm,
      metricsPublished,
    }
  },
})
