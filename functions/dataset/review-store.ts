/** Decisions about dataset versions in the table: the newest one is the version's status. */
import { RegimenError } from '../errors.ts'
import { listItems, putNew, tableKeys } from '../table-store.ts'
import type { DatasetItem } from './dataset-store.ts'
import { type DatasetStatus, type Decision, decisionSchema, nextStatus, type Review } from './review.ts'

type Named = Pick<DatasetItem, 'project' | 'name' | 'version'>

/** Newest first, read consistently. */
export const listDecisions = ({ project, name, version }: Named): Promise<Decision[]> =>
  listItems(tableKeys.datasetDecisions(project, name, version), decisionSchema)

/** Read consistently: what is decided on it is never decided on a stale copy. */
export async function statusOf({ project, name, version }: Named): Promise<DatasetStatus> {
  const partition = tableKeys.datasetDecisions(project, name, version)
  const [latest] = await listItems(partition, decisionSchema, { limit: 1 })
  return latest?.status ?? 'pending'
}

/** `name@version` to its status, for lists; from the index, which may lag behind. */
export async function statusesOf(project: string): Promise<Map<string, Decision>> {
  const decisions = await listItems(tableKeys.decisions(project), decisionSchema, { index: 'gsi1' })
  const statuses = new Map<string, Decision>()
  for (const decision of decisions) {
    const key = `${decision.name}@${decision.version}`
    if ((statuses.get(key)?.sequence ?? 0) < decision.sequence) statuses.set(key, decision)
  }
  return statuses
}

export interface ReviewOutcome {
  readonly decision: Decision
  /** false: the version had that status already. */
  readonly changed: boolean
}

/** Two reviewers at once each take their own place; the one that lost reads again and decides again. */
const attempts = 20

/**
 * @param decidedAt ISO 8601
 * @throws RegimenError `ApprovalRefused`, `InvalidRequest` as `nextStatus` says; `Conflict` after 20 lost races.
 */
export async function review(
  dataset: DatasetItem,
  request: Review,
  environment: string,
  decidedAt: string,
): Promise<ReviewOutcome> {
  const { project, name, version } = dataset
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [latest] = await listDecisions(dataset)
    const status = nextStatus(dataset, latest, request, environment)
    if (status === undefined && latest !== undefined) return { decision: latest, changed: false }
    const sequence = (latest?.sequence ?? 0) + 1
    const decision: Decision = { project, name, version, sequence, ...request, decidedAt }
    const key = tableKeys.datasetDecision(project, name, version, sequence)
    const index = { gsi1pk: tableKeys.decisions(project), gsi1sk: decidedAt }
    if (await putNew(key, { ...index, ...decision })) return { decision, changed: true }
  }
  throw new RegimenError('Conflict', { what: `decisions on ${name}@${version} come too fast to be recorded` })
}
