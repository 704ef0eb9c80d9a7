/** What may be asked of the starter: a request by name, a schedule, or an upload; each becomes one run. */
import * as z from 'zod'
import { digestOf } from '../canonical-json.ts'
import { datasetName, importSource } from '../dataset/import-source.ts'
import { isTableName } from '../dataset/is-table-name.ts'
import { strategy } from '../rollout/steps.ts'
import { contractVersion } from '../stages.ts'
import { tuningRequest } from '../training/tuning.ts'
import type { Pipeline } from './pipeline.ts'
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
  tuning: tuningRequest.optional(),
})

const inferenceRequest = z.object({
  inputUri: uri,
  modelVersion: z
    .string()
    .regex(/^[1-9]\d*$/)
    .optional(),
  /** Whether each prediction says what moved it. @default the project's `prediction.explanations` */
  explanations: z.boolean().optional(),
})

const importRequest = z.object({
  name: datasetName,
  description: z.string().max(500).optional(),
  source: importSource,
})

export const deploymentRequest = z
  .object({
    version: z.string().regex(/^[1-9]\d*$/),
    strategy: strategy.default('canary'),
    /** Of the entities: the canary's, or each step's of a linear deployment. @default as the project says */
    share: z.number().gte(0.0001).lt(1).optional(),
    /** Between a step and what is seen of it. @default as the project says */
    watchSeconds: z.int().min(0).max(86_400).optional(),
    reason: z.string().min(1).max(500).default('deployed'),
  })
  .refine(({ strategy, share }) => strategy !== 'linear' || share === undefined || share >= 0.01, {
    path: ['share'],
    message: 'a linear deployment has at most a hundred steps: a share of at least 0.01',
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
  named.extend({ pipeline: z.literal('dataset-import'), import: importRequest }),
])
/** A deployment is asked for at a door of its own. */
export const deploymentRun = named.extend({
  pipeline: z.literal('deployment').default('deployment'),
  deployment: deploymentRequest,
})
/** A look at the windows of a project, too: the clock and the ends of batches ask for it. */
export const monitoringRun = named.extend({ pipeline: z.literal('monitoring').default('monitoring') })
export type RunRequest =
  | z.output<typeof runRequest>
  | z.output<typeof deploymentRun>
  | z.output<typeof monitoringRun>

export const starterInput = z.union([runRequest, scheduled, upload])
export type StarterInput = z.output<typeof starterInput>

/** The mark of a folder, or what is hidden from imports: nobody asked for a run. */
export const isNoTable = (input: StarterInput): input is z.output<typeof upload> =>
  'source' in input && !isTableName(input.detail.object.key.split('/').slice(2).join('/'))

/** What the starter must find out before it has a request: the newest of the project's batches. */
export function batchesOf(input: StarterInput, bucket: string): string | undefined {
  return 'scheduledTime' in input ? `s3://${bucket}/${input.project}/batches/` : undefined
}

/** `newest` is the newest batch, where `batchesOf` asked for it. */
export function toRunRequest(input: StarterInput, newest: string | undefined): RunRequest {
  if ('source' in input) {
    const { bucket, object, requester } = input.detail
    const { key } = object
    return {
      pipeline: 'dataset-import',
      project: key.slice(0, key.indexOf('/')),
      requestedBy: `upload by ${requester ?? 'unknown'}`,
      idempotencyKey: digestOf([bucket.name, key, object['version-id'] ?? object.etag ?? '']),
      import: {
        name: nameOfUpload(key),
        source: { kind: 'object', uri: `s3://${bucket.name}/${key}` },
      },
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

/** `<project>/inbox/<name>/…/file` is a dataset of that name, `<project>/inbox/file.csv` one named by its file. */
function nameOfUpload(key: string): string {
  const [, , first = '', ...more] = key.split('/')
  const name = more.length > 0 ? first : first.replace(/\.[A-Za-z0-9.]*$/, '')
  return (
    name
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 63) || 'upload'
  )
}

/** Where the runs of a pipeline lie below the project. */
const folders: Readonly<Record<Pipeline, string>> = {
  training: 'runs',
  inference: 'inference',
  'dataset-import': 'imports',
  deployment: 'deployments',
  monitoring: 'monitoring',
}

function askedOf(request: RunRequest) {
  if (request.pipeline === 'training') return request.training
  if (request.pipeline === 'deployment') return request.deployment
  if (request.pipeline === 'monitoring') return {}
  return request.pipeline === 'inference' ? request.inference : request.import
}

export interface PlannedRun {
  readonly runId: string
  readonly project: string
  readonly pipeline: Pipeline
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
  const asked = askedOf(request)
  const content = { pipeline, project, projectUri, requestedBy, asked }
  const unique = idempotencyKey === undefined ? content : { pipeline, project, idempotencyKey }
  const runId = runIdOf(unique)
  const runUri = `s3://${bucket}/${project}/${folders[pipeline]}/${runId}`
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
