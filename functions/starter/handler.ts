/** start-run: derives the id of a run, records who asked for it, and starts its execution, once. */
import { z } from 'zod'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { list } from '../object-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { requiredVariable } from '../required-variable.ts'
import { beginRun } from './begin-run-store.ts'
import { requireApprovedDataset } from './dataset-approval-store.ts'
import { batchesOf, starterInput, toRunRequest } from './run-request.ts'

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
    const run = await beginRun(request, projectUri)
    const { project, pipeline } = request
    logger.info('run', { runId: run.runId, project, pipeline, alreadyStarted: run.alreadyStarted })
    return run
  },
})

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
