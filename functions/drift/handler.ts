/** The door of drift detection: reads the batch's profile and the baseline, writes drift.json, publishes its numbers. */
import { door } from '../door.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { driftState, inferenceRun, trainingRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { detectDrift, ignoredColumns } from './detect-drift.ts'
import { withHistory } from './drift-history.ts'
import { driftMetrics } from './drift-metrics.ts'
import { readHistory } from './history-store.ts'
import { publishMetrics, resendMetrics } from './metrics-store.ts'
import { readRowSample } from './row-sample-store.ts'

export const handler = door({
  ...contracts.detectDrift,
  async run(request, logger) {
    const [project, baseline, current, evaluation] = await Promise.all([
      loadProject(request.projectUri),
      getJson(request.baselineUri).then((value) => profileSchema.parse(value)),
      getJson(request.profileUri).then((value) => profileSchema.parse(value)),
      getJson(request.evaluationUri).then((value) => evaluationSchema.parse(value)),
    ])
    const { runUri, runId, startedAt, modelVersion } = request
    const root = driftState.rootOf(runUri)
    const own = { runId, at: startedAt }
    const trained = request.baselineUri.slice(0, request.baselineUri.lastIndexOf('/'))
    const [before, now, earlier] = await Promise.all([
      readRowSample((index) => trainingRun.samplePart(trained, index), baseline.parts.length),
      readRowSample((index) => inferenceRun.samplePart(runUri, index), current.parts.length),
      readHistory(root, modelVersion, own),
    ])
    const found = detectDrift({
      baseline,
      current,
      thresholds: project.drift,
      ignore: ignoredColumns(project),
      entityKey: project.entityKey,
      importance: evaluation.sourceImportance,
      modelVersion,
      ...(before === undefined || now === undefined ? {} : { samples: { baseline: before, current: now } }),
    })
    const drift = withHistory(found, earlier, startedAt)
    const driftUri = inferenceRun.drift(request.runUri)
    await putJson(driftUri, drift)
    const dimensions = { Project: project.id, Environment: process.env.ENVIRONMENT ?? 'local' }
    const spillUri = driftState.unsentMetrics(root, startedAt, runUri)
    const metrics = driftMetrics(drift)
    const metricsPublished = await publishMetrics({ dimensions, metrics, at: startedAt, spillUri })
    // While CloudWatch refuses the new ones, it would refuse the old ones too.
    const resent = metricsPublished ? await resendMetrics(root, new Date()) : { sent: 0 }
    logger.info('drift detected', {
      rows: drift.rows,
      features: Object.keys(drift.features).length,
      drifted: drift.drifted,
      alarm: drift.alarm,
      joint: drift.joint?.drifted ?? null,
      metricsPublished,
      resent,
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
