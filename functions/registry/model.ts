/** A model version: everything that is known of it, and how the registry's metadata carries it. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { runContext } from '../stages.ts'
import { fromMetadataEntries, toMetadataEntries } from './metadata-text.ts'

const uri = z.string().startsWith('s3://')

export const registration = runContext.extend({
  project: z.string(),
  modelUri: uri,
  encoderUri: uri,
  baselineUri: uri,
  decisionUri: uri,
  evaluationUri: uri,
  reportUri: uri.optional(),
  datasetName: z.string().min(1),
  datasetVersion: z.string().min(1),
  algorithm: z.string(),
  engine: z.string(),
  imageUri: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.number()),
  requestedBy: z.string(),
  /** @default the time of registration */
  createdAt: z.iso.datetime().optional(),
})
export type Registration = z.output<typeof registration>

export const approvalStatus = z.enum(['PendingManualApproval', 'Approved', 'Rejected'])

/** Where a version was trained and approved first, when that was another environment. */
const originSchema = z.object({
  environment: z.string(),
  accountId: z.string(),
  version: z.string(),
  runId: z.string(),
  approvedBy: z.string(),
  approvedAt: z.string(),
  /** Who brought it here. */
  promotedBy: z.string(),
  /** SHA-256 of the transfer, which names that of every object. */
  transferSha256: z.string(),
})

/** The projection of a registry entry in the table. */
export const modelSchema = z.object({
  project: z.string(),
  /** `1`, `2`, …: the version of the model package. */
  version: z.string(),
  status: approvalStatus,
  packageArn: z.string(),
  runId: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  datasetName: z.string(),
  datasetVersion: z.string(),
  algorithm: z.string(),
  engine: z.string(),
  imageUri: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.number()),
  modelUri: uri,
  encoderUri: uri,
  baselineUri: uri,
  decisionUri: uri,
  evaluationUri: uri,
  reportUri: uri.optional(),
  origin: originSchema.optional(),
})
export type Model = z.output<typeof modelSchema>

/** What a list of versions shows. */
export const modelSummarySchema = modelSchema.pick({
  version: true,
  status: true,
  runId: true,
  createdAt: true,
  createdBy: true,
  datasetName: true,
  datasetVersion: true,
  algorithm: true,
  metrics: true,
})
export type ModelSummary = z.output<typeof modelSummarySchema>

/** What is carried as one text each. */
const texts = [
  'project',
  'runId',
  'createdAt',
  'createdBy',
  'datasetName',
  'datasetVersion',
  'algorithm',
  'engine',
  'imageUri',
  'modelUri',
  'encoderUri',
  'baselineUri',
  'decisionUri',
  'evaluationUri',
  'reportUri',
] as const

/** What an approved version does: into production at once, wait for `models deploy`, or be deployed in that manner. */
export const onApproval = z.enum(['promote', 'hold', 'all-at-once', 'canary', 'linear'])
export type OnApproval = z.output<typeof onApproval>
export const onApprovalKey = 'onApproval'

/** The registry takes 50; one is the approval's. */
const entryLimit = 49

export const versionOf = (packageArn: string) => packageArn.slice(packageArn.lastIndexOf('/') + 1)

export function modelOf(input: Registration, packageArn: string, now: Date): Model {
  const {
    requestedBy,
    createdAt,
    metrics,
    contract: _contract,
    projectUri: _project,
    runUri: _run,
    ...fields
  } = input
  return {
    ...fields,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, storable(value)])),
    version: versionOf(packageArn),
    packageArn,
    status: 'PendingManualApproval',
    createdAt: createdAt ?? now.toISOString(),
    createdBy: requestedBy,
  }
}

/** DynamoDB holds no number smaller than 1e-130 but 0, and no minus zero. */
const storable = (value: number) => (Math.abs(value) < 1e-130 ? 0 : value)

/** @throws RegimenError `InvalidRequest` above the registry's 50 entries, of which one is the approval's. */
export function toMetadata(model: Model): Record<string, string> {
  const entries = [
    ...texts.flatMap((name) => {
      const value = model[name]
      return value === undefined ? [] : toMetadataEntries(name, value)
    }),
    ...toMetadataEntries('hyperparameters', JSON.stringify(model.hyperparameters)),
    ...(model.origin === undefined ? [] : toMetadataEntries('origin', JSON.stringify(model.origin))),
    ...Object.entries(model.metrics).flatMap(([name, value]) =>
      toMetadataEntries(`metric.${name}`, String(value)),
    ),
  ]
  if (entries.length > entryLimit)
    throw new RegimenError('InvalidRequest', {
      what: 'the model has more metadata than the registry takes',
      got: `${entries.length} entries`,
      expected: `at most ${entryLimit}`,
      do: 'register fewer metrics',
    })
  return Object.fromEntries(entries)
}

/** The model as its registry entry tells it: repairs a projection that was never written. */
export function fromMetadata(
  packageArn: string,
  status: Model['status'],
  properties: Readonly<Record<string, string>>,
): Model | undefined {
  const metrics = Object.entries(properties).flatMap(([key, value]) =>
    key.startsWith('metric.') ? [[key.slice('metric.'.length), Number(value)] as const] : [],
  )
  const read = modelSchema.safeParse({
    ...Object.fromEntries(
      texts.flatMap((name) => {
        const value = fromMetadataEntries(name, properties)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    version: versionOf(packageArn),
    packageArn,
    status,
    hyperparameters: JSON.parse(fromMetadataEntries('hyperparameters', properties) ?? '{}'),
    metrics: Object.fromEntries(metrics),
    ...(properties.origin === undefined
      ? {}
      : { origin: JSON.parse(fromMetadataEntries('origin', properties) ?? '') }),
  })
  return read.success ? read.data : undefined
}
