/** Door: approves or rejects a dataset version, with who, why and when. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { requiredVariable } from '../required-variable.ts'
import { getDataset } from './dataset-store.ts'
import { decisionSchema } from './review.ts'
import { review } from './review-store.ts'

export const handler = door({
  input: z.object({
    project: z.string(),
    name: z.string(),
    version: z.string(),
    status: z.enum(['approved', 'rejected']),
    reviewer: z.string().min(1).max(256),
    reason: z.string().max(1_000).default(''),
  }),
  output: decisionSchema.extend({ changed: z.boolean() }),
  async run({ project, name, version, ...request }, logger, { awsRequestId: requestId }) {
    const dataset = await getDataset(project, name, version)
    if (dataset === undefined)
      throw new RegimenError('DatasetNotFound', {
        what: `no dataset ${name}@${version}`,
        where: `in project ${project}`,
        do: 'see `regimen datasets list`',
      })
    await recordAudit('review-dataset', {
      actor: request.reviewer,
      action: `decide dataset: ${request.status}`,
      resource: `${project} dataset ${name}@${version}`,
      purpose: request.reason,
      result: 'begun',
      requestId,
    })
    const now = new Date().toISOString()
    const { decision, changed } = await review(dataset, request, requiredVariable('ENVIRONMENT'), now)
    logger.info('reviewed', { name, version, status: decision.status, changed })
    return { ...decision, changed }
  },
})
