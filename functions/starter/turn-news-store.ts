/** What changes a queue beside requests: executions that go on and end, and runs that somebody takes back while they wait. */
import { z } from 'zod'
import { outcomeOf, type StatusEvent } from '../alarm/outcome.ts'
import { requiredVariable } from '../required-variable.ts'
import { executionArnOf } from './execution-store.ts'
import { pipelines } from './pipeline.ts'
import { leave, occupy } from './queue.ts'
import { readQueue } from './queue-store.ts'
import { getRun, hasEnded, recordOutcome } from './run-store.ts'
import { limitOf, stateMachineOf, turn } from './turn-store.ts'

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
  const isWaiting = (await readQueue(project, pipeline))?.waiting.some((each) => each.runId === runId)
  if (isWaiting !== true) return false
  let took = false
  await turn(project, pipeline, (queue) => {
    const waiting = queue.waiting.filter((each) => each.runId !== runId)
    took = waiting.length < queue.waiting.length
    return took ? { ...queue, waiting } : queue
  })
  if (!took) return false
  const now = new Date().toISOString()
  const executionArn = executionArnOf(stateMachineOf(project, pipeline), runId)
  const end = { status: 'ABORTED' as const, progress: 1, startedAt: now, stoppedAt: now }
  return await recordOutcome({ runId, project, pipeline, executionArn, ...end })
}
