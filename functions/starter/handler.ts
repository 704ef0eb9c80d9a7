/** start-run: derives the id of a run, records who asked for it, and starts its execution, once, when it is its turn. */
import * as z from 'zod'
import { type StatusEvent, statusEvent } from '../alarm/outcome.ts'
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { list } from '../object-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { requiredVariable } from '../required-variable.ts'
import { recordRun } from './begin-run-store.ts'
import { requireApprovedDataset } from './dataset-approval-store.ts'
import { executionArnOf, startExecution, stateMachineOf } from './execution-store.ts'
import { pipelines } from './pipeline.ts'
import { join, placesOf } from './queue.ts'
import {
  batchesOf,
  isNoTable,
  type PlannedRun,
  planRun,
  type StarterInput,
  starterInput,
  toRunRequest,
} from './run-request.ts'
import { getRun, hasEnded, recordWaiting } from './run-store.ts'
import { noteStatus, sweep, sweepQueues, withdraw, withdrawal } from './turn-news-store.ts'
import { limitOf, turn } from './turn-store.ts'

const started = z.object({
  runId: z.string(),
  executionArn: z.string(),
  runUri: z.string(),
  alreadyStarted: z.boolean(),
  /** Place among those that wait for their turn, from 1; absent once the run has had it. */
  place: z.int().min(1).optional(),
})

export const handler = door({
  input: z.union([starterInput, statusEvent, withdrawal, sweep]),
  output: z.union([
    started,
    z.object({ noted: z.boolean() }),
    z.object({ withdrawn: z.boolean() }),
    z.object({ swept: z.array(z.enum(pipelines)) }),
    z.object({ ignored: z.string() }),
  ]),
  async run(input, logger, { awsRequestId: requestId }) {
    if ('withdraw' in input) return { withdrawn: await withdraw(input) }
    if ('sweep' in input) return { swept: await sweepQueues(input) }
    if (isStatusEvent(input)) return { noted: await noteStatus(input) }
    if (isNoTable(input)) return { ignored: input.detail.object.key }
    const bucket = requiredVariable('BUCKET')
    const batches = batchesOf(input, bucket)
    const request = toRunRequest(input, batches === undefined ? undefined : await newestIn(batches))
    const projectUri = projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS)
    const run = planRun(request, projectUri, bucket)
    await recordAudit('start-run', {
      actor: run.requestedBy,
      action: `start ${run.pipeline}`,
      resource: run.runUri,
      ...(request.pipeline === 'training'
        ? { purpose: `trains on ${request.training.dataset.name}@${request.training.dataset.version}` }
        : {}),
      result: 'begun',
      requestId,
    })
    if (request.pipeline === 'training')
      await requireApprovedDataset(request.project, request.training.dataset, requiredVariable('ENVIRONMENT'))
    const recorded = await recordRun(run)
    const { existed, place } = await startInTurn(run, recorded)
    const { runId, project, pipeline, runUri } = run
    logger.info('run', { runId, project, pipeline, recorded, place })
    const executionArn = executionArnOf(stateMachineOf(project, pipeline), runId)
    const alreadyStarted = !recorded || existed
    return { runId, executionArn, runUri, alreadyStarted, ...(place === undefined ? {} : { place }) }
  },
})

const isStatusEvent = (input: StarterInput | StatusEvent): input is StatusEvent =>
  'detail' in input && 'executionArn' in input.detail

async function startInTurn(
  { runId, project, pipeline, requestedBy, executionInput }: PlannedRun,
  recorded: boolean,
): Promise<{ existed: boolean; place?: number | undefined }> {
  if (limitOf(project, pipeline) === undefined)
    return await startExecution(stateMachineOf(project, pipeline), runId, executionInput)
  if (!recorded) {
    const run = await getRun(runId)
    if (run !== undefined && hasEnded(run)) return { existed: true }
  }
  const since = new Date().toISOString()
  const { queue, failed } = await turn(project, pipeline, join({ runId, requestedBy, since }))
  if (failed.has(runId)) throw failed.get(runId)
  const place = placesOf(queue).get(runId)
  if (place !== undefined) await recordWaiting(runId)
  return { existed: false, place }
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
