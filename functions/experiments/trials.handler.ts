/** record-trials: every training job of a tuning job becomes a run on record, below the run that searched. */
import * as z from 'zod'
import { door } from '../door.ts'
import { trainingRun } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { runContext } from '../stages.ts'
import { runIdOf } from '../starter/run-id.ts'
import { putTrial } from './run-record-store.ts'
import { readTrainingSteps } from './training-log-store.ts'
import { listTrials } from './trials-store.ts'

export const handler = door({
  input: runContext.extend({
    project: z.string(),
    requestedBy: z.string(),
    tuningJobName: z.string(),
    /** Those that all trials had alike. */
    fixed: z.record(z.string(), z.string()),
    datasetName: z.string(),
    datasetVersion: z.string(),
    algorithm: z.string(),
    /** Of the run that searched. */
    experiment: z.string().optional(),
  }),
  output: z.object({ trials: z.int().min(0) }),
  async run({ runId: parentRun, runUri, tuningJobName, fixed, ...rest }, logger) {
    const { contract: _contract, projectUri: _projectUri, ...about } = rest
    const trials = await listTrials(tuningJobName)
    for (const { name, status, startedAt, endedAt, tuned, objective } of trials) {
      const runId = runIdOf({ parentRun, name })
      const steps = await readTrainingSteps(name)
      const stepsUri = trainingRun.steps(`${runUri}/trials/${runId}`)
      await putJson(stepsUri, steps)
      await putTrial({
        ...about,
        runId,
        parentRun,
        trainingJobName: name,
        status,
        startedAt,
        ...(endedAt === undefined ? {} : { stoppedAt: endedAt }),
        params: { ...fixed, ...tuned },
        metrics: objective === undefined ? {} : { [objective.name]: objective.value },
        artifacts: { steps: stepsUri },
        code: requiredVariable('CODE'),
        environment: requiredVariable('ENVIRONMENT'),
      })
    }
    logger.info('trials recorded', { runId: parentRun, trials: trials.length })
    return { trials: trials.length }
  },
})
