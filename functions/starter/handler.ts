/** start-run: derives the id of a run, records who asked for it, and starts its execution, once. */
import { z } from 'zod'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { list } from '../object-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { requiredVariable } from '../required-variable.ts'
import { requireApprovedDataset } from './dataset-approval-store.ts'
import { startExecution } from './execution-store.ts'
import { batchesOf, type PlannedRun, planRun, starterInput, toRunRequest } from './run-request.ts'
import { getRun, putRun } from './run-store.ts'

export const handler = door({
  input: starterInput,
  output: z.object({
    runId: z.string(),
    executionArn: z.string(),
    runUri: z.string(),
    alreadyStarted: z.boolean(),
  }),
  async run(input, logger) {
    const bucket = requiredVariable('BUCKET')
    const batches = batchesOf(input, bucket)
    const request = toRunRequest(input, batches === undefined ? undefined : await newestIn(batches))
    const projectUri = projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS)
    if (request.pipeline === 'training')
      await requireApprovedDataset(request.project, request.training.dataset, requiredVariable('ENVIRONMENT'))
    const run = planRun(request, projectUri, bucket)
    const recorded = await record(run)
    const stateMachine = `${requiredVariable('STATE_MACHINE_PREFIX')}${run.project}-${run.pipeline}`
    const { executionArn, existed } = await startExecution(stateMachine, run.runId, run.executionInput)
    logger.info('run', { runId: run.runId, project: run.project, pipeline: run.pipeline, recorded })
    return { runId: run.runId, executionArn, runUri: run.runUri, alreadyStarted: !recorded || existed }
  },
})

/** `false` when the same request was recorded before. @throws RegimenError `RunConflict` when another one was. */
async function record(run: PlannedRun): Promise<boolean> {
  const { executionInput, ...fields } = run
  const experiment = executionInput.experiment
  const written = await putRun({
    ...fields,
    ...(typeof experiment === 'string' ? { experiment } : {}),
    request: { ...executionInput },
    status: 'STARTING',
    progress: -1,
    startedAt: new Date().toISOString(),
  })
  if (written) return true
  const earlier = await getRun(run.runId)
  if (earlier?.requestDigest === run.requestDigest) return false
  throw new RegimenError('RunConflict', {
    what: `run ${run.runId} of ${run.project} was started by another request under the same idempotency key`,
    do: 'use a new idempotencyKey for a new request',
  })
}

/** Uploads are named so that the last key is the newest. @throws RegimenError `DatasetNotFound` when there is no batch. */
async function newestIn(batches: string): Promise<string> {
  const newest = (await list(batches)).filter(({ bytes }) => bytes > 0).at(-1)
  if (newest !== undefined) return newest.uri
  throw new RegimenError('DatasetNotFound', {
    what: 'there is no batch to score',
    where: batches,
    do: 'upload one before the schedule comes',
  })
}
