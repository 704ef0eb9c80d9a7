/** The door through which labels arrive: joins them to a run's predictions and measures what the model was worth. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { driftState, inferenceRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { joinLabels } from './label-join.ts'
import { keepDelivery, readLabels, readPredictions } from './labels-store.ts'
import { measurePerformance } from './measure-performance.ts'
import { publishMetrics } from './metrics-store.ts'
import { performanceMetrics } from './performance-metrics.ts'

/** What the run's manifest says that is needed here. */
const manifestSchema = z.object({
  runId: z.string(),
  projectUri: z.string(),
  modelVersion: z.string(),
  startedAt: z.string(),
  written: z.object({ evaluation: z.string(), predictions: z.array(z.string()) }),
})

export const handler = door({
  ...contracts.joinLabels,
  async run(
    { runUri, labelsUri, receivedAt: at = new Date().toISOString() },
    logger,
    { awsRequestId: requestId },
  ) {
    const told = { actor: 'caller of join-labels', action: 'join labels', resource: runUri, requestId }
    await recordAudit('join-labels', { ...told, result: 'begun' })
    const manifest = manifestSchema.parse(await getJson(inferenceRun.manifest(runUri)))
    const { runId, modelVersion, startedAt, written } = manifest
    const project = await loadProject(manifest.projectUri)
    const [evaluation, predictions, labels] = await Promise.all([
      getJson(written.evaluation).then((value) => evaluationSchema.parse(value)),
      readPredictions(runUri, written.predictions.length, project),
      readLabels(labelsUri, project),
    ])
    const deliveries = await keepDelivery(runUri, labels, at)
    const performance = measurePerformance({
      joined: joinLabels(predictions, deliveries),
      evaluation,
      runId,
      modelVersion,
      predictedAt: startedAt,
      seed: project.split.seed,
    })
    const performanceUri = inferenceRun.performance(runUri)
    await putJson(performanceUri, performance)
    const root = driftState.rootOf(runUri)
    await putJson(driftState.performance(root, modelVersion, startedAt, runUri), performance)
    const metricsPublished = await publishMetrics({
      dimensions: { Project: project.id, Environment: process.env.ENVIRONMENT ?? 'local' },
      metrics: performanceMetrics(performance),
      at,
      spillUri: driftState.unsentMetrics(root, at, `${runUri}-labels`),
    })
    const { status, labelled, coverage, comparison } = performance
    const worse = comparison?.worse ?? null
    await recordAudit('join-labels', { ...told, result: 'done', count: labelled })
    logger.info('labels joined', { runId, labelled, coverage, deliveries: deliveries.length, worse })
    return {
      performanceUri,
      status,
      predictions: performance.predictions,
      labelled,
      coverage,
      metric: comparison?.metric ?? null,
      value: comparison?.value ?? null,
      reference: comparison?.reference ?? null,
      worse,
      reason: performance.reason,
      metricsPublished,
    }
  },
})
