/** Model versions for lists and comparisons: the table's projection of the registry, and decisions about them. */
import { RegimenError } from '../errors.ts'
import { getItem, listItems, putNew, tableKeys, updateItem } from '../table-store.ts'
import {
  type Model,
  type ModelSummary,
  modelSchema,
  modelSummarySchema,
  type OnApproval,
  versionOf,
} from './model.ts'
import { decidePackage, listPackageArns, readPackage } from './package-store.ts'

/** Writes the projection once; a version never changes but for its status. */
export const putModel = (model: Model): Promise<boolean> =>
  putNew(tableKeys.modelVersion(model.project, model.version), model)

/** Newest first. */
export async function listModels(project: string, limit?: number): Promise<Model[]> {
  const range = limit === undefined ? {} : { limit }
  return await listItems(tableKeys.models(project), modelSchema, range)
}

/** Newest first, with what a list shows: of a thousand versions half the time is in the rest. */
export const listModelSummaries = (project: string, limit?: number): Promise<ModelSummary[]> =>
  listItems(tableKeys.models(project), modelSummarySchema, {
    only: Object.keys(modelSummarySchema.shape),
    ...(limit === undefined ? {} : { limit }),
  })

const named = modelSchema.pick({ packageArn: true })

/** Reads the projection, and where it is missing the registry itself. @throws RegimenError `ModelNotFound` */
export async function getModel(project: string, version: string): Promise<Model> {
  const known = await getItem(tableKeys.modelVersion(project, version), modelSchema)
  if (known !== undefined) return known
  const arns = await listPackageArns(project)
  const arn = arns.find((one) => versionOf(one) === version)
  const found = arn === undefined ? undefined : await readPackage(arn)
  if (found?.model !== undefined) return found.model
  throw notFound(project, version, arns.map(versionOf))
}

/** The sweep, at every look of monitoring: writes every projection that is missing; answers the versions that were. */
export async function repairModels(project: string): Promise<string[]> {
  const listed = await listItems(tableKeys.models(project), named, { only: Object.keys(named.shape) })
  const known = new Set(listed.map(({ packageArn }) => packageArn))
  const repaired: string[] = []
  for (const arn of await listPackageArns(project)) {
    if (known.has(arn)) continue
    const found = await readPackage(arn)
    if (found?.model !== undefined && (await putModel(found.model))) repaired.push(found.version)
  }
  return repaired
}

export interface Decision {
  readonly project: string
  readonly version: string
  readonly decision: 'Approved' | 'Rejected'
  /** In words, for the ledger. */
  readonly reason: string
  /** @default the environment's own way */
  readonly then?: OnApproval | undefined
}

/** Approves or rejects a version in the registry, whose event then writes it into the projection and promotes it. @throws RegimenError `ModelNotFound` */
export async function approveModel({ project, version, decision, reason, then }: Decision): Promise<Model> {
  const model = await getModel(project, version)
  await decidePackage(model.packageArn, decision, reason, then)
  return { ...model, status: decision }
}

/**
 * Events come in any order, and whoever asked the registry earlier may write later: an older decision does not undo a newer.
 * @param at when the registry says that it was decided, ISO 8601
 * @returns `false` when the projection does not know the version, or knows a newer decision
 */
export const setModelStatus = (
  project: string,
  version: string,
  status: Model['status'],
  at: string,
): Promise<boolean> =>
  updateItem(tableKeys.modelVersion(project, version), {
    set: { status, statusAt: at },
    condition: 'attribute_exists(pk) AND (attribute_not_exists(#at) OR #at <= :at)',
    names: { '#at': 'statusAt' },
    values: { ':at': at },
  })

/** A message is read by people: of a thousand versions it names the newest. */
const mostNamed = 20

function notFound(project: string, version: string, known: readonly string[]): RegimenError {
  const newest = known.toSorted((a, b) => Number(b) - Number(a)).slice(0, mostNamed)
  return new RegimenError('ModelNotFound', {
    what: `${project} has no model version ${version}`,
    expected:
      newest.length === 0
        ? 'a version, of which there is none yet'
        : `one of ${newest.join(', ')}${known.length > mostNamed ? ', …' : ''}`,
    do: 'list the versions with: regimen models list',
  })
}
