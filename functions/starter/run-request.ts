/** What may be asked of the starter: a request by name, a schedule, or an upload; each becomes one run. */
import { z } from 'zod'
import { digestOf } from '../canonical-json.ts'
import { contractVersion } from '../stages.ts'
import { runIdOf } from './run-id.ts'

const uri = z.string().startsWith('s3://')
const projectId = z.string().regex(/^[a-z][a-z0-9-]{1,19}$/)

const trainingRequest = z.object({
  dataset: z.object({ name: z.string().min(1), version: z.string().min(1), uri }),
  hyperparameters: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  algorithm: z.enum(['xgboost', 'random-forest', 'logistic-regression']).optional(),
  experiment: z.string().min(1).max(120).optional(),
  holdout: z.number().min(0).max(0.9).optional(),
  seed: z.int().optional(),
})

const inferenceRequest = z.object({
  inputUri: uri,
  modelVersion: z
    .string()
    .regex(/^[1-9]\d*$/)
    .optional(),
})

const named = z.object({
  project: projectId,
  /** @default the environment's own definition of the project */
  projectUri: uri.optional(),
  requestedBy: z.string().min(1).max(256),
  /** What makes the run unique; without it the request itself does. */
  idempotencyKey: z.string().min(1).max(256).optional(),
})

/** The schedule's form: the time takes the place of the key, and the input is the newest upload. */
const scheduled = named.extend({
  pipeline: z.literal('inference'),
  scheduledTime: z.string().min(1),
})

/** EventBridge's "Object Created" of S3: an upload into a project's inbox. */
const upload = z.object({
  source: z.literal('aws.s3'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string().regex(/^[a-z][a-z0-9-]{1,19}\/inbox\/.+$/),
      'version-id': z.string().optional(),
      etag: z.string().optional(),
    }),
    requester: z.string().optional(),
  }),
})

const runRequest = z.union([
  named.extend({ pipeline: z.literal('training'), training: trainingRequest }),
  named.extend({ pipeline: z.literal('inference'), inference: inferenceRequest }),
])
export type RunRequest = z.output<typeof runRequest>

export const starterInput = z.union([runRequest, scheduled, upload])
export type StarterInput = z.output<typeof starterInput>

/** What the starter must find out before it has a request: the newest object of the project's inbox. */
export function inboxOf(input: StarterInput, bucket: string): string | undefined {
  return 'scheduledTime' in input ? `s3://${bucket}/${input.project}/inbox/` : undefined
}

/** `newest` is the newest upload, where `inboxOf` asked for it. */
export function toRunRequest(input: StarterInput, newest: string | undefined): RunRequest {
  if ('source' in input) {
    const { bucket, object, requester } = input.detail
    return {
      pipeline: 'inference',
      project: object.key.slice(0, object.key.indexOf('/')),
      requestedBy: `upload by ${requester ?? 'unknown'}`,
      idempotencyKey: `${bucket.name}/${object.key}@${object['version-id'] ?? object.etag ?? ''}`.slice(-256),
      inference: { inputUri: `s3://${bucket.name}/${object.key}` },
    }
  }
  if ('scheduledTime' in input) {
    const { scheduledTime, ...request } = input
    return {
      ...request,
      idempotencyKey: `${request.idempotencyKey ?? 'schedule'}@${scheduledTime}`,
      inference: { inputUri: newest ?? '' },
    }
  }
  return input
}

export interface PlannedRun {
  readonly runId: string
  readonly project: string
  readonly pipeline: 'training' | 'inference'
  readonly projectUri: string
  readonly runUri: string
  readonly requestedBy: string
  /** Of the request without its key: another request under the same key is a conflict. */
  readonly requestDigest: string
  /** The state machine's input. */
  readonly executionInput: Readonly<Record<string, unknown>>
}

export function planRun(request: RunRequest, projectUri: string, bucket: string): PlannedRun {
  const { project, pipeline, requestedBy, idempotencyKey } = request
  const asked = request.pipeline === 'training' ? request.training : request.inference
  const content = { pipeline, project, projectUri, requestedBy, asked }
  const unique = idempotencyKey === undefined ? content : { pipeline, project, idempotencyKey }
  const runId = runIdOf(unique)
  const kind = pipeline === 'training' ? 'runs' : 'inference'
  const runUri = `s3://${bucket}/${project}/${kind}/${runId}`
  return {
    runId,
    project,
    pipeline,
    projectUri,
    runUri,
    requestedBy,
    requestDigest: digestOf(content),
    executionInput: {
      contract: contractVersion,
      runId,
      project,
      projectUri,
      runUri,
      requestedBy,
      ...asked,
    },
  }
}
