/** record-run: adds to the record of a training run what it is trained with and what came of it, and tells MLflow. */
import * as z from 'zod'
import { door } from '../door.ts'
import { trainingRun } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { runContext } from '../stages.ts'
import { recordedFacts } from './experiment-run.ts'
import { exportRun } from './mlflow-export-store.ts'
import { getExperimentRun, recordFacts } from './run-record-store.ts'
import { readTrainingSteps } from './training-log-store.ts'

export const handler = door({
  input: runContext.extend({
    project: z.string(),
    startedAt: z.iso.datetime(),
    facts: recordedFacts,
    /** Keeps the metrics by step in the bucket: logs expire. @default false */
    keepSteps: z.boolean().default(false),
  }),
  output: z.object({ steps: z.int().min(0) }),
  async run({ runId, runUri, project, startedAt, facts, keepSteps }, logger) {
    const { trainingJobName } = facts
    const steps =
      keepSteps && trainingJobName !== undefined ? await readTrainingSteps(trainingJobName) : undefined
    const stepsUri = trainingRun.steps(runUri)
    if (steps !== undefined) await putJson(stepsUri, steps)
    await recordFacts({
      runId,
      project,
      startedAt,
      facts: {
        ...facts,
        ...(steps === undefined ? {} : { artifacts: { ...facts.artifacts, steps: stepsUri } }),
        code: requiredVariable('CODE'),
        environment: requiredVariable('ENVIRONMENT'),
      },
    })
    const trackingUri = requiredVariable('MLFLOW_TRACKING_URI')
    if (keepSteps && trackingUri !== 'none') {
      const run = await getExperimentRun(runId)
      // A training is not lost because somebody else's server is: what was not sent can be sent later.
      const sent =
        run !== undefined && (await exportRun(trackingUri, run).catch(() => undefined)) !== undefined
      logger.info('mlflow', { runId, sent })
    }
    logger.info('recorded', {
      runId,
      params: Object.keys(facts.params ?? {}).length,
      steps: steps?.steps.length,
    })
    return { steps: steps?.steps.length ?? 0 }
  },
})
