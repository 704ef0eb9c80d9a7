/** promote-model: an approved version goes into production: by one entry of the ledger, by a deployment, or when asked. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { projectUriOf } from '../project-uri.ts'
import { requireArtifacts } from '../registry/artifacts-store.ts'
import { onApproval } from '../registry/model.ts'
import { putModel, setModelStatus } from '../registry/model-store.ts'
import { projectOfGroup, readPackage } from '../registry/package-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { beginRun } from '../starter/begin-run-store.ts'
import { deploymentRequest } from '../starter/run-request.ts'
import { promote } from './ledger-store.ts'
import { requireTwoPeople } from './separation.ts'

/** EventBridge's "SageMaker Model Package State Change"; everything but the name is read again from the registry. */
const approvalEvent = z.object({ detail: z.object({ ModelPackageArn: z.string() }) })

export const handler = door({
  input: approvalEvent,
  output: z.object({
    promoted: z.boolean(),
    version: z.string(),
    sequence: z.int().optional(),
    reason: z.string().optional(),
  }),
  async run({ detail }, logger, { awsRequestId: requestId }) {
    const found = await readPackage(detail.ModelPackageArn)
    const project = found === undefined ? undefined : projectOfGroup(found.group)
    if (found === undefined || project === undefined)
      throw new RegimenError('ModelNotFound', { what: `the registry has no ${detail.ModelPackageArn}` })
    const { version, approval, changedAt, changedBy, reason, model } = found
    await recordAudit('promote-model', {
      actor: changedBy ?? 'unknown',
      action: `decide version: ${approval}`,
      resource: `${project} version ${version}`,
      purpose: reason,
      result: 'begun',
      requestId,
    })
    if (model !== undefined && !(await setModelStatus(project, version, approval, changedAt)))
      await putModel(model)
    if (approval !== 'Approved') return { promoted: false, version, reason: `its status is ${approval}` }
    const people = {
      project,
      version,
      trainedBy: model?.createdBy,
      approvedBy: changedBy,
      promotedBy: model?.origin?.promotedBy,
    }
    requireTwoPeople(people, requiredVariable('ENVIRONMENT'))
    const way = found.onApproval ?? onApproval.parse(requiredVariable('ON_APPROVAL'))
    if (way === 'hold') return { promoted: false, version, reason: 'held for regimen models deploy' }
    const decision = `approval of ${version} at ${changedAt}`
    if (way !== 'promote') {
      const run = await beginRun(
        {
          pipeline: 'deployment',
          project,
          requestedBy: changedBy ?? 'unknown',
          idempotencyKey: decision,
          deployment: deploymentRequest.parse({ version, strategy: way, reason: reason ?? 'approved' }),
        },
        projectUriOf(project, undefined, process.env.PROJECT_URIS),
      )
      logger.info('deployment', { project, version, runId: run.runId, alreadyStarted: run.alreadyStarted })
      return { promoted: false, version, reason: `deployed by run ${run.runId}` }
    }
    // A deployment tries its version before it gives it traffic; here nothing else would.
    if (model !== undefined) await requireArtifacts(model)
    const result = await promote(project, {
      version,
      who: changedBy ?? 'unknown',
      why: reason ?? 'approved',
      when: changedAt,
      decision,
    })
    logger.info('promotion', { project, version, promoted: 'entry' in result })
    return 'entry' in result
      ? { promoted: true, version, sequence: result.entry.sequence }
      : { promoted: false, version, reason: result.skipped }
  },
})
