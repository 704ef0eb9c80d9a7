/** Asks the starter for a run and, if told so, follows it to its end. */
import * as z from 'zod'
import type { Context } from './context.ts'
import { failureOf } from './failure-of.ts'
import { followExecution } from './follow-execution.ts'
import { invokeFunction } from './invoke-function.ts'
import { RemoteError } from './remote-error.ts'
import { waitForTurn } from './waiting-runs.ts'

const startedSchema = z.object({
  runId: z.string(),
  executionArn: z.string(),
  runUri: z.string(),
  alreadyStarted: z.boolean(),
  /** Place among the runs that wait for their turn, from 1. */
  place: z.number().optional(),
})
export type StartedRun = z.output<typeof startedSchema>

export interface TrainingRequest {
  readonly dataset: { readonly name: string; readonly version: string; readonly uri: string }
  readonly hyperparameters?: Readonly<Record<string, string>>
  readonly algorithm?: string
  readonly experiment?: string
  readonly holdout?: number
  readonly seed?: number
  readonly tuning?: object
}

export interface InferenceRequest {
  readonly inputUri: string
  readonly modelVersion?: string
  readonly explanations?: boolean
}

export interface DeploymentRequest {
  readonly version: string
  readonly strategy: string
  readonly share?: number
  readonly watchSeconds?: number
  readonly reason: string
}

export type RunRequest =
  | { readonly pipeline: 'training'; readonly training: TrainingRequest }
  | { readonly pipeline: 'inference'; readonly inference: InferenceRequest }
  | { readonly pipeline: 'deployment'; readonly deployment: DeploymentRequest }
  | { readonly pipeline: 'monitoring' }
  | {
      readonly pipeline: 'dataset-import'
      readonly import: { readonly name: string; readonly description?: string; readonly source: object }
    }

/** Doors of their own, so that who may do the one need not be who may do the other. */
const doors: Readonly<Record<RunRequest['pipeline'], string>> = {
  training: 'start-run',
  inference: 'start-run',
  'dataset-import': 'start-run',
  deployment: 'start-deployment',
  monitoring: 'start-monitoring',
}

/** @param idempotencyKey the same key asks for the same run; a fresh one by default. */
export function startRun(
  context: Context,
  request: RunRequest,
  idempotencyKey: string = crypto.randomUUID(),
): Promise<StartedRun> {
  const { project, caller } = context
  return invokeFunction(
    context,
    doors[request.pipeline],
    { ...request, project, requestedBy: caller, idempotencyKey },
    startedSchema,
  )
}

export interface FinishedRun extends StartedRun {
  readonly status: string
  readonly seconds: number
  readonly output: unknown
  readonly states: readonly { name: string; status: string; seconds: number }[]
}

/** @throws RemoteError under the name of what refused, with the run's id, unless the execution succeeded. */
export async function finishRun(context: Context, run: StartedRun): Promise<FinishedRun> {
  if (run.place !== undefined) await waitForTurn(context, run)
  const execution = await followExecution(context.sfn, run.executionArn, context.out)
  if (execution.status !== 'SUCCEEDED') {
    const { name, message } = await failureOf(context.sfn, execution)
    throw new RemoteError(name, message, run.runId)
  }
  const { status, seconds, output } = execution
  const states = execution.states.map(({ name, status, seconds }) => ({ name, status, seconds }))
  return { ...run, status, seconds, output, states }
}

export const trainingOutput = z.object({
  modelVersion: z.string(),
  modelPackageArn: z.string(),
  metrics: z.record(z.string(), z.number()),
  sourceRows: z.number(),
  trainingSeconds: z.number(),
  engine: z.string(),
  evaluationUri: z.string(),
  reportUri: z.string(),
})

export const inferenceOutput = z.object({
  modelVersion: z.string(),
  fellBack: z.boolean(),
  rows: z.number(),
  predictionCount: z.number(),
  lowConfidence: z.number(),
  meanPrediction: z.number(),
  driftScore: z.number().nullable(),
  weightedDriftScore: z.number().nullable(),
  featuresWithDrift: z.array(z.string()),
  driftAlarm: z.boolean(),
  predictionsUri: z.string(),
  reportUri: z.string(),
})
