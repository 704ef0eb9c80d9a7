/** How an execution ended, as its status event tells it, and what is told to people: names and ids, no content. */
import * as z from 'zod'
import { pipelines } from '../starter/pipeline.ts'
import type { Outcome } from '../starter/run-store.ts'

/** EventBridge's "Step Functions Execution Status Change". Its `input`, `output` and `cause` are left unread. */
export const statusEvent = z.object({
  detail: z.object({
    executionArn: z.string(),
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']),
    /** Epoch milliseconds. */
    startDate: z.number(),
    stopDate: z.number().nullish(),
    error: z.string().nullish(),
    redriveCount: z.int().min(0).nullish(),
  }),
})
export type StatusEvent = z.output<typeof statusEvent>

/** @returns `undefined` for a state machine that belongs to no project of this environment. */
export function outcomeOf({ detail }: StatusEvent, environment: string): Outcome | undefined {
  const machine = detail.stateMachineArn.split(':').at(-1) ?? ''
  const pipeline = pipelines.find((each) => machine.endsWith(`-${each}`))
  const prefix = `regimen-${environment}-`
  if (pipeline === undefined || !machine.startsWith(prefix)) return undefined
  const project = machine.slice(prefix.length, -pipeline.length - 1)
  if (project === '') return undefined
  const ended = detail.status !== 'RUNNING' && detail.status !== 'PENDING_REDRIVE'
  return {
    runId: detail.name,
    project,
    pipeline,
    executionArn: detail.executionArn,
    status: detail.status,
    progress: 2 * (detail.redriveCount ?? 0) + (ended ? 1 : 0),
    startedAt: new Date(detail.startDate).toISOString(),
    stoppedAt: typeof detail.stopDate === 'number' ? new Date(detail.stopDate).toISOString() : undefined,
    error: errorName(detail),
  }
}

/** An error name is a name: what does not look like one may hold content, and is not repeated. */
function errorName({ status, error }: StatusEvent['detail']): string | undefined {
  if (typeof error === 'string' && error !== '')
    return /^[A-Za-z][\w.]{0,99}$/.test(error) ? error : 'Unnamed'
  return status === 'TIMED_OUT' ? 'States.Timeout' : undefined
}

export const isFailure = ({ status }: Outcome) =>
  status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED'

export const alertSubject = ({ project, pipeline, status }: Outcome) =>
  `${project} ${pipeline}: ${status}`.slice(0, 99)

export const alertMessage = ({ project, pipeline, runId, executionArn, status, error, stoppedAt }: Outcome) =>
  JSON.stringify({
    project,
    pipeline,
    runId,
    status,
    error: error ?? null,
    stoppedAt: stoppedAt ?? null,
    executionArn,
    do: `regimen executions show ${runId}`,
  })
