/** What carries a version from one environment to another: everything that it needs there, with checksums, and who stood for it here. */
import * as z from 'zod'
import { digestOf } from '../canonical-json.ts'
import { RegimenError } from '../errors.ts'
import type { Project } from '../project.ts'
import { modelSchema } from '../registry/model.ts'
import { contractVersion } from '../stages.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Below the run; nothing that leaves it. */
const relativePath = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/)
  .refine((path) => !path.split('/').includes('..'), 'a path below the run')

const carriedObject = z.object({ path: relativePath, bytes: z.int().min(0), sha256 })
export type CarriedObject = z.output<typeof carriedObject>

export const transferSchema = z.object({
  contract: z.int(),
  project: z.string(),
  /** Digest of the part of the project's definition that scoring depends on. */
  scoringContract: sha256,
  source: z.object({
    environment: z.string(),
    accountId: z.string(),
    bucket: z.string(),
    version: z.string(),
    packageArn: z.string(),
    runId: z.string(),
  }),
  approval: z.object({ status: z.string(), by: z.string(), at: z.string(), reason: z.string() }),
  dataset: z.object({ name: z.string(), version: z.string(), sha256: sha256.optional() }),
  /** What ran when the version was trained. */
  code: z.string().optional(),
  model: modelSchema.pick({
    createdAt: true,
    createdBy: true,
    algorithm: true,
    engine: true,
    imageUri: true,
    hyperparameters: true,
    metrics: true,
  }),
  modelPath: relativePath,
  objects: z.array(carriedObject).min(1),
})
export type Transfer = z.output<typeof transferSchema>

/** Beside the model: what a version cannot be used without. */
export const required = ['encoder.json', 'decision.json', 'baseline.json', 'evaluation.json'] as const
/** What shows how it came about; rows of people, as the test side and the samples hold them, stay where they are. */
export const evidence = ['steps.json', 'report.html', 'manifest.json'] as const

/** Definitions may differ in schedules, gates, limits and names of machines; not in what a version reads and means. */
export function scoringContractOf(project: Project): string {
  const { id, task, entityKey, eventTime, source, featuresSql, features, oneHotLimit, prediction } = project
  const { columns, nullTokens, extraColumns } = source
  const { names, fields } = prediction
  return digestOf({
    ...{ id, task, entityKey, eventTime, columns, nullTokens, extraColumns },
    ...{ featuresSql, features, oneHotLimit, names, fields },
  })
}

export interface Target {
  readonly bucket: string
  readonly project: Project
}

/** @throws RegimenError `PromotionRefused` for a version that this environment cannot or must not take. */
export function requireWelcome(transfer: Transfer, { bucket, project }: Target): void {
  const { source, approval } = transfer
  const what = `version ${source.version} of ${transfer.project} in ${source.environment}`
  if (approval.status !== 'Approved')
    refuse(what, `its approval there is ${approval.status}`, 'an approved version')
  if (source.bucket === bucket)
    refuse(what, `it comes from ${source.environment} itself`, 'another environment')
  if (transfer.contract !== contractVersion)
    refuse(what, `contract ${transfer.contract}`, `contract ${contractVersion} of this environment's code`)
  if (transfer.project !== project.id || transfer.scoringContract !== scoringContractOf(project))
    refuse(
      what,
      'another definition of the project',
      "the columns, features and task of this environment's definition",
    )
  const paths = new Set(transfer.objects.map(({ path }) => path))
  const missing = [transfer.modelPath, ...required].filter((path) => !paths.has(path))
  if (missing.length > 0) refuse(what, `no ${missing.join(', ')}`, 'a whole version')
}

function refuse(what: string, got: string, expected: string): never {
  throw new RegimenError('PromotionRefused', {
    what: `${what} is not taken`,
    got,
    expected,
    do: 'bring both environments to the same release, or train it there',
  })
}

/** Folder of a transfer: another content is another transfer. */
export const transferId = ({ environment, version }: Transfer['source'], digest: string) =>
  `${environment}-${version}-${digest.slice(0, 16)}`
