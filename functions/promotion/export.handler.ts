/** export-model: tells what an approved version consists of, with checksums; changes nothing but the audit trail. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { digestOf } from '../canonical-json.ts'
import { getDataset } from '../dataset/dataset-store.ts'
import { requireApproved } from '../deployment/approval-store.ts'
import { door } from '../door.ts'
import { getExperimentRun } from '../experiments/run-record-store.ts'
import { loadProject } from '../project-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { requiredVariable } from '../required-variable.ts'
import { contractVersion } from '../stages.ts'
import { getRun } from '../starter/run-store.ts'
import { evidence, required, scoringContractOf, transferSchema } from './transfer.ts'
import { describeObjects } from './transfer-store.ts'

export const handler = door({
  input: z.object({
    project: z.string(),
    version: z.string().regex(/^[1-9]\d*$/),
    requestedBy: z.string().min(1).max(256),
    /** The environment that it goes to. */
    to: z.string().min(1).max(64),
  }),
  output: z.object({
    transfer: transferSchema,
    /** Of the canonical text of `transfer`. */
    sha256: z.string(),
    runUri: z.string(),
  }),
  async run({ project: id, version, requestedBy, to }, logger, { awsRequestId: requestId }) {
    const environment = requiredVariable('ENVIRONMENT')
    await recordAudit('export-model', {
      actor: requestedBy,
      action: 'export version',
      resource: `${id} version ${version}`,
      purpose: `for environment ${to}`,
      result: 'begun',
      requestId,
    })
    const { model, registered: found } = await requireApproved(id, version)
    const runUri = model.evaluationUri.slice(0, model.evaluationUri.lastIndexOf('/'))
    const modelPath = model.modelUri.slice(runUri.length + 1)
    const paths = [modelPath, ...required, ...evidence]
    const objects = await describeObjects(runUri, paths)
    const run = await getRun(model.runId)
    const project = await loadProject(projectUriOf(id, run?.projectUri, process.env.PROJECT_URIS))
    const { datasetName, datasetVersion } = model
    const dataset = await getDataset(id, datasetName, datasetVersion)
    const code = run?.pipeline === 'training' ? (await getExperimentRun(model.runId))?.code : undefined
    const [, , , , accountId = ''] = model.packageArn.split(':')
    const transfer = transferSchema.parse({
      contract: contractVersion,
      project: id,
      scoringContract: scoringContractOf(project),
      source: {
        ...{ environment, accountId, version },
        ...{ bucket: requiredVariable('BUCKET'), packageArn: model.packageArn, runId: model.runId },
      },
      approval: {
        status: found.approval,
        by: found.changedBy ?? 'unknown',
        at: found.changedAt,
        reason: found.reason ?? '',
      },
      dataset: { name: datasetName, version: datasetVersion, sha256: dataset?.sha256 },
      code,
      model,
      modelPath,
      objects,
    })
    logger.info('export', { project: id, version, objects: objects.length })
    return { transfer, sha256: digestOf(transfer), runUri }
  },
})
