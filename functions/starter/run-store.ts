/** Runs in the table: who asked for what, when it ran, how it ended. */
import * as z from 'zod'
import { getItem, listItems, putNew, queryItems, tableKeys, updateItem } from '../table-store.ts'
import { type Pipeline, pipelines } from './pipeline.ts'

export const terminalStatuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const
const runStatus = z.enum(['STARTING', 'QUEUED', 'RUNNING', 'PENDING_REDRIVE', ...terminalStatuses])

export const runSchema = z.object({
  runId: z.string(),
  project: z.string(),
  pipeline: z.enum(pipelines),
  /** `unattributed` for an execution that was started by hand. */
  requestedBy: z.string(),
  status: runStatus,
  /** Orders the events of one execution: twice the redrives, plus one when it has ended. */
  progress: z.int(),
  startedAt: z.string(),
  stoppedAt: z.string().optional(),
  error: z.string().optional(),
  executionArn: z.string().optional(),
  runUri: z.string().optional(),
  projectUri: z.string().optional(),
  requestDigest: z.string().optional(),
  experiment: z.string().optional(),
  /** The state machine's input, as it was started. */
  request: z.record(z.string(), z.unknown()).optional(),
})
export type Run = z.output<typeof runSchema>

/** `false` when the run is there already. */
export async function putRun(run: Run): Promise<boolean> {
  const index = { gsi1pk: tableKeys.runs(run.project), gsi1sk: run.startedAt }
  return await putNew(tableKeys.run(run.runId), { ...run, ...index })
}

/** Until its start is told, a run that waits is shown as such. */
export async function recordWaiting(runId: string): Promise<void> {
  await updateItem(tableKeys.run(runId), {
    set: { status: 'QUEUED' },
    condition: '#progress = :none AND #status = :starting',
    names: { '#progress': 'progress', '#status': 'status' },
    values: { ':none': -1, ':starting': 'STARTING' },
  })
}

export const hasEnded = ({ status }: Pick<Run, 'status'>): boolean =>
  terminalStatuses.some((each) => each === status)

export const getRun = (runId: string): Promise<Run | undefined> => getItem(tableKeys.run(runId), runSchema)

/** Newest first. */
export async function listRuns(project: string, limit = 100): Promise<Run[]> {
  return await listItems(tableKeys.runs(project), runSchema, { index: 'gsi1', limit })
}

/** All that were begun at a time (ISO 8601) or later, oldest first. */
export async function listRunsSince(project: string, since: string): Promise<Run[]> {
  const found: Run[] = []
  for await (const run of queryItems(tableKeys.runs(project), runSchema, { index: 'gsi1' })) {
    if (run.startedAt < since) break
    found.push(run)
  }
  return found.reverse()
}

export interface Outcome {
  readonly runId: string
  readonly project: string
  readonly pipeline: Pipeline
  readonly executionArn: string
  readonly status: Run['status']
  readonly progress: number
  readonly startedAt: string
  readonly stoppedAt?: string | undefined
  readonly error?: string | undefined
}

/** Moves a run forward, never back; `false` when the table already knows as much. An unknown run is added, unattributed. */
export async function recordOutcome(outcome: Outcome): Promise<boolean> {
  const { runId, project, pipeline, startedAt, ...news } = outcome
  // A redriven run is running again: what its first end said is past.
  const past = (['stoppedAt', 'error'] as const).filter((name) => news[name] === undefined)
  return await updateItem(tableKeys.run(runId), {
    set: { ...news },
    remove: past,
    setIfAbsent: {
      runId,
      project,
      pipeline,
      startedAt,
      requestedBy: 'unattributed',
      gsi1pk: tableKeys.runs(project),
      gsi1sk: startedAt,
    },
    condition: 'attribute_not_exists(#progress) OR #progress < :progress',
    names: { '#progress': 'progress' },
    values: { ':progress': outcome.progress },
  })
}
