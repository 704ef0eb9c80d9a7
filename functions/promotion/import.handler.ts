/** import-model: takes a version that another environment approved into this registry, where it waits to be approved again. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { canonicalJson, digestOf } from '../canonical-json.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { getJson, putBytes } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { projectUriOf } from '../project-uri.ts'
import type { Model } from '../registry/model.ts'
import { approvalStatus, versionOf } from '../registry/model.ts'
import { listModels, putModel } from '../registry/model-store.ts'
import { createPackage } from '../registry/package-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { readScorer } from '../scoring/scorer-store.ts'
import { runIdOf } from '../starter/run-id.ts'
import { requireWelcome, type Transfer, transferSchema } from './transfer.ts'
import { bring } from './transfer-store.ts'

export const handler = door({
  input: z.object({
    project: z.string(),
    /** `s3://<this environment's bucket>/<project>/transfers/<id>`: `transfer.json` and the objects by their paths. */
    transferUri: z.string().startsWith('s3://'),
    /** Of the transfer, as the other environment told it. */
    sha256: z.string(),
    requestedBy: z.string().min(1).max(256),
  }),
  output: z.object({
    modelVersion: z.string(),
    modelPackageArn: z.string(),
    status: approvalStatus,
    /** Whether this version of the other environment was here before. */
    alreadyImported: z.boolean(),
  }),
  async run({ project: id, transferUri, sha256, requestedBy }, logger, { awsRequestId: requestId }) {
    const bucket = requiredVariable('BUCKET')
    if (!transferUri.startsWith(`s3://${bucket}/${id}/transfers/`))
      throw new RegimenError('InvalidRequest', { what: 'a transfer lies below the project in this bucket' })
    const told = { actor: requestedBy, action: 'import version', requestId }
    await recordAudit('import-model', { ...told, resource: transferUri, result: 'begun' })
    const transfer = await readTransfer(transferUri, sha256)
    const projectUri = projectUriOf(id, undefined, process.env.PROJECT_URIS)
    const project = await loadProject(projectUri)
    requireWelcome(transfer, { bucket, project })
    const { environment: from, accountId, version, runId: trainedIn } = transfer.source
    const runId = runIdOf({ promotion: { from, accountId, project: id, version, trainedIn } })
    const known = (await listModels(id)).find((model) => model.runId === runId)
    if (known !== undefined) return { ...answer(known), alreadyImported: true }
    const runUri = `s3://${bucket}/${id}/runs/${runId}`
    for (const object of transfer.objects) await bring(transferUri, runUri, object)
    await putBytes(`${runUri}/transfer.json`, canonicalJson(transfer), 'application/json')
    const draft = modelOf(transfer, { runId, runUri, promotedBy: requestedBy, transferSha256: sha256 })
    // What this environment's code cannot read is not registered.
    await readScorer(projectUri, { ...draft, modelVersion: `${from} ${version}` })
    const packageArn = await createPackage(draft)
    const model = { ...draft, packageArn, version: versionOf(packageArn) }
    const added = await putModel(model)
    const resource = `${id} version ${model.version}, which is version ${version} of ${from}`
    await recordAudit('import-model', { ...told, resource, result: 'done' })
    logger.info('import', { project: id, from, sourceVersion: version, version: model.version, added })
    return { ...answer(model), alreadyImported: false }
  },
})

const answer = ({ version, packageArn, status }: Model) => ({
  modelVersion: version,
  modelPackageArn: packageArn,
  status,
})

async function readTransfer(transferUri: string, sha256: string): Promise<Transfer> {
  const document = transferSchema.safeParse(await getJson(`${transferUri}/transfer.json`))
  if (document.success && digestOf(document.data) === sha256) return document.data
  throw new RegimenError('PromotionRefused', {
    what: 'the transfer is not what the other environment told',
    where: `${transferUri}/transfer.json`,
    do: 'promote it again',
  })
}

interface Arrival {
  readonly runId: string
  readonly runUri: string
  readonly promotedBy: string
  readonly transferSha256: string
}

/** The trainer stays who trained it: approvals here keep apart from them too. */
function modelOf(
  { project, source, approval, dataset, model, modelPath, objects }: Transfer,
  { runId, runUri, promotedBy, transferSha256 }: Arrival,
): Model {
  const has = (path: string) => objects.some((object) => object.path === path)
  return {
    ...model,
    project,
    version: '',
    packageArn: '',
    status: 'PendingManualApproval',
    runId,
    datasetName: dataset.name,
    datasetVersion: dataset.version,
    modelUri: `${runUri}/${modelPath}`,
    encoderUri: `${runUri}/encoder.json`,
    baselineUri: `${runUri}/baseline.json`,
    decisionUri: `${runUri}/decision.json`,
    evaluationUri: `${runUri}/evaluation.json`,
    ...(has('report.html') ? { reportUri: `${runUri}/report.html` } : {}),
    origin: {
      environment: source.environment,
      accountId: source.accountId,
      version: source.version,
      runId: source.runId,
      approvedBy: approval.by,
      approvedAt: approval.at,
      promotedBy,
      transferSha256,
    },
  }
}
