/** Runs that wait for their turn: no execution is theirs yet. */
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { RegimenError } from '../functions/errors.ts'
import type { Pipeline } from '../functions/starter/pipeline.ts'
import { placesOf } from '../functions/starter/queue.ts'
import { readQueue } from '../functions/starter/queue-store.ts'
import { getRun, hasEnded } from '../functions/starter/run-store.ts'
import type { Context } from './context.ts'
import { invokeFunction } from './invoke-function.ts'

export interface WaitingRun {
  readonly id: string
  readonly flow: Pipeline
  readonly place: number
  readonly requestedBy: string
  readonly since: string
}

/** The next one first. Who may not read the table is told so, and sees what runs. */
export async function waitingRuns({ project, out }: Context, flow: Pipeline): Promise<WaitingRun[]> {
  const queue = await readQueue(project, flow).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : ''
    // A cloud that nothing is deployed into has no table.
    if (name === 'ResourceNotFoundException') return undefined
    if (name !== 'AccessDeniedException') throw error
    out.line(`runs of ${flow} that wait for their turn are not shown: they may not be read`)
    return undefined
  })
  if (queue === undefined) return []
  const places = placesOf(queue)
  return queue.waiting
    .map(({ runId, requestedBy, since }) => ({
      id: runId,
      flow,
      place: places.get(runId) ?? 0,
      requestedBy,
      since,
    }))
    .sort((a, b) => a.place - b.place)
}

const pollMilliseconds = 500

/** Until the run has an execution. @throws RegimenError `InvalidRequest` when it was taken back. */
export async function waitForTurn(context: Context, { runId }: { readonly runId: string }): Promise<void> {
  for (let told = 0; ; ) {
    const run = await getRun(runId)
    if (run === undefined || (run.status !== 'QUEUED' && run.status !== 'STARTING')) {
      if (run === undefined || !hasEnded(run) || run.error !== undefined || run.status !== 'ABORTED') return
      throw new RegimenError('InvalidRequest', { what: `run ${runId} was taken back while it waited` })
    }
    const queue = await readQueue(run.project, run.pipeline)
    const place = queue === undefined ? undefined : placesOf(queue).get(runId)
    if (place !== undefined && place !== told) {
      context.out.line(`  waits for its turn, place ${place}`)
      told = place
    }
    await pause(pollMilliseconds)
  }
}

/** `false` when the run does not wait. */
export async function withdrawRun(context: Context, id: string, flow: Pipeline): Promise<boolean> {
  const request = { withdraw: id, project: context.project, pipeline: flow }
  const { withdrawn } = await invokeFunction(
    context,
    'start-run',
    request,
    z.object({ withdrawn: z.boolean() }),
  )
  return withdrawn
}
