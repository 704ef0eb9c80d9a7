/** Begins a run: its item first, then its execution, so that whoever asked is on record before anything happens. */
import { RegimenError } from '../errors.ts'
import { requiredVariable } from '../required-variable.ts'
import { startExecution, stateMachineOf } from './execution-store.ts'
import { type PlannedRun, planRun, type RunRequest } from './run-request.ts'
import { getRun, putRun } from './run-store.ts'

export interface BegunRun {
  readonly runId: string
  readonly executionArn: string
  readonly runUri: string
  /** The same request was made before: this is its run. */
  readonly alreadyStarted: boolean
}

/** @throws RegimenError `RunConflict` when the key of the request belongs to another one. */
export async function beginRun(request: RunRequest, projectUri: string): Promise<BegunRun> {
  const run = planRun(request, projectUri, requiredVariable('BUCKET'))
  const recorded = await recordRun(run)
  const stateMachine = stateMachineOf(run.project, run.pipeline)
  const { executionArn, existed } = await startExecution(stateMachine, run.runId, run.executionInput)
  return { runId: run.runId, executionArn, runUri: run.runUri, alreadyStarted: !recorded || existed }
}

/** `false` when the same request was recorded before. @throws RegimenError `RunConflict` when another one was. */
export async function recordRun(run: PlannedRun): Promise<boolean> {
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
