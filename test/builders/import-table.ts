/** An import as the state machine does it, its doors called one after the other; stores are whatever the test mocks. */
import * as z from 'zod'
import { handler as fetchDataset } from '../../functions/dataset/fetch.handler.ts'
import type { ImportSource } from '../../functions/dataset/import-source.ts'
import { part } from '../../functions/dataset/part.ts'
import { handler as planParts } from '../../functions/dataset/plan.handler.ts'
import { handler as registerDataset } from '../../functions/dataset/register.handler.ts'
import { getJson } from '../../functions/object-store.ts'
import { handler as mergeProfile } from '../../functions/profile/merge.handler.ts'
import { handler as profilePart } from '../../functions/profile/part.handler.ts'
import type { Project } from '../../functions/project.ts'
import { handler as reportDataset } from '../../functions/report/dataset.handler.ts'
import { contracts } from '../../functions/stages.ts'
import { lambdaContext } from './lambda-context.ts'

export const bucket = 'regimen-dev-000000000000-us-east-1'

let asked = 0

export interface ImportOptions {
  readonly project: Project
  readonly projectUri: string
  readonly name: string
  readonly source: ImportSource
  readonly description?: string
  readonly requestedBy?: string
  /** @default large enough for one part */
  readonly partBytes?: number
}

export async function importTable(options: ImportOptions) {
  const { project, projectUri, name, source, partBytes = 1_000_000 } = options
  asked += 1
  const runId = String(asked).padStart(16, '0')
  const run = { contract: 1, runId, projectUri, runUri: `s3://${bucket}/${project.id}/imports/${runId}` }
  const asks = {
    ...run,
    project: project.id,
    name,
    requestedBy: options.requestedBy ?? 'ana',
    description: options.description ?? '',
  }
  const dataset = contracts.fetchDataset.output.parse(await fetchDataset({ ...asks, source }, lambdaContext))
  const purpose = 'catalogue'
  const plan = { ...run, purpose, sourceUri: dataset.uri, partBytes }
  const { planUri } = contracts.planParts.output.parse(await planParts(plan, lambdaContext))
  const parts = z.array(part).parse(await getJson(planUri))
  for (const each of parts) await profilePart({ ...run, purpose, part: each, seed: 1 }, lambdaContext)
  const { previousUri } = dataset
  const merging = {
    ...run,
    purpose,
    parts: parts.length,
    ...(previousUri === undefined ? {} : { previousUri }),
  }
  const merged = await mergeProfile(merging, lambdaContext)
  const { profileUri, quality } = contracts.mergeProfile.output.parse(merged)
  const at = new Date(Date.UTC(2026, 10, 21, 0, 0, asked)).toISOString()
  const known = { ...asks, dataset, profileUri, quality }
  const report = await reportDataset({ ...known, startedAt: at }, lambdaContext)
  const { reportUri } = contracts.reportDataset.output.parse(report)
  const registered = await registerDataset({ ...known, planUri, reportUri, createdAt: at }, lambdaContext)
  return { ...contracts.registerDataset.output.parse(registered), runUri: run.runUri, origin: dataset.origin }
}
