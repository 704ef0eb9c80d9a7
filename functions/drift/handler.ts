/** The door of drift detection: reads the batch's profile and the baseline, writes drift.json, publishes its numbers. */
import { door } from '../door.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { inferenceRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { detectDrift, ignoredColumns } from './detect-drift.ts'
import { driftMetrics } from './drift-metrics.ts'
import { publishMetrics } from './metrics-store.ts'

export const handler = door({
  ...contracts.detectDrift,
  async run(request, logger) {
    const [project, baseline, current, evaluation] = await Promise.all([
      loadProject(request.projectUri),
      getJson(request.baselineUri).then((value) => profileSchema.parse(value)),
      getJson(request.profileUri).then((value) => profileSchema.parse(value)),
      getJson(request.evaluationUri).then((value) => evaluationSchema.parse(value)),
    ])
    const drift = detectDrift({
      baseline,
      current,
      thresholds: project.drift,
      ignore: ignoredColumns(project),
      entityKey: project.entityKey,
      importance: evaluation.sourceImportance,
      modelVersion: request.modelVersion,
    })
    const driftUri = inferenceRun.drift(request.runUri)
    await putJson(driftUri, drift)
    const dimensions = { Project: project.id, Environment: process.env.ENVIRONMENT ?? 'local' }
    const metricsPublished = await publishMetrics(
      dimensions,
      driftMetrics(drift),
      inferenceRun.unsentMetrics(request.runUri),
    )
    logger.info('drift detected', {
      rows: drift.rows,
      features: Object.keys(drift.features).length,
      drifted: drift.drifted,
      alarm: drift.alarm,
      metricsPublished,
    })
    return {
      driftUri,
      driftScore: drift.driftScore ?? 0,
      weightedDriftScore: drift.weightedDriftScore ?? 0,
      drifted: drift.drifted,
      alarm: drift.alarm,
      severe: drift.severe,
      metricsPublished,
    }
  },
})
