/** What changes a queue beside requests: executions that go on and end, runs that are taken back while they wait, the clock. */
import * as z from 'zod'
import { outcomeOf, type StatusEvent } from '../alarm/outcome.ts'
import { requiredVariable } from '../required-variable.ts'
import { executionArnOf, stateMachineOf } from './execution-store.ts'
import { type Pipeline, pipelines } from './pipeline.ts'
import { holds, leave, occupy, type Queue } from './queue.ts'
import { readQueue } from './queue-store.ts'
import { getRun, hasEnded, recordOutcome } from './run-store.ts'
import { limitOf, turn } from './turn-store.ts'

/** Who ends gives the place to the next. The run's item says what is so, however late the event is told. */
export async function noteStatus(event: StatusEvent): Promise<boolean> {
  const outcome = outcomeOf(event, requiredVariable('ENVIRONMENT'))
  if (outcome === undefined) return false
  const { runId, project, pipeline } = outcome
  const limited = limitOf(project, pipeline) !== undefined
  if (!limited && (await readQueue(project, pipeline)) === undefined) return false
  await recordOutcome(outcome)
  const run = await getRun(runId)
  if (run === undefined) return false
  const redrive = Math.floor(run.progress / 2)
  const { requestedBy, startedAt: since } = run
  const change = hasEnded(run)
    ? leave(runId, redrive)
    : occupy({ runId, requestedBy, since }, redrive, Date.now())
  const { failed } = await turn(project, pipeline, change)
  // The event comes again, and with it another attempt.
  for (const error of failed.values()) throw error
  return true
}

export const withdrawal = z.object({
  withdraw: z.string(),
  project: z.string(),
  pipeline: z.enum(pipelines),
})

/** `false` when the run does not wait: one that has started is stopped as an execution. */
export async function withdraw({
  withdraw: runId,
  project,
  pipeline,
}: z.output<typeof withdrawal>): Promise<boolean> {
  if (!(await takeOut(runId, project, pipeline))) return false
  const now = new Date().toISOString()
  const executionArn = executionArnOf(stateMachineOf(project, pipeline), runId)
  const end = { status: 'ABORTED' as const, progress: 1, startedAt: now, stoppedAt: now }
  return await recordOutcome({ runId, project, pipeline, executionArn, ...end })
}

async function takeOut(runId: string, project: string, pipeline: Pipeline): Promise<boolean> {
  const queue = await readQueue(project, pipeline)
  if (queue === undefined) return false
  // One that waits and stands nowhere was taken out by somebody who died before it was said.
  if (!holds(queue, runId)) return (await getRun(runId))?.status === 'QUEUED'
  if (!isWaiting(queue, runId)) return false
  let took = false
  await turn(project, pipeline, (now) => {
    took = isWaiting(now, runId)
    return took ? { ...now, waiting: now.waiting.filter((each) => each.runId !== runId) } : now
  })
  return took
}

const isWaiting = ({ waiting }: Queue, runId: string) => waiting.some((each) => each.runId === runId)

export const sweep = z.object({ sweep: z.string() })

/**
 * Looks at the queues of a project by the clock: an end that nobody told, and a start that died, would hold a place until
 * somebody else asks. @returns the pipelines in which runs take turns
 */
export async function sweepQueues({ sweep: project }: z.output<typeof sweep>): Promise<Pipeline[]> {
  const limited = pipelines.filter((pipeline) => limitOf(project, pipeline) !== undefined)
  for (const pipeline of limited) {
    const { failed } = await turn(project, pipeline, (queue) => queue)
    for (const error of failed.values()) throw error
  }
  return limited
}
