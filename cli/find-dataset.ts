/** Dataset versions by the name that people type: `name@version`, or `name` for the newest. */
import { type DatasetItem, listDatasets as listItems } from '../functions/dataset/dataset-store.ts'
import type { DatasetStatus } from '../functions/dataset/review.ts'
import { statusesOf, statusOf } from '../functions/dataset/review-store.ts'
import { RegimenError } from '../functions/errors.ts'
import type { Context } from './context.ts'

export type ListedDataset = DatasetItem & { readonly status: DatasetStatus }

/** Newest first. */
export async function listDatasets({ project }: Context): Promise<ListedDataset[]> {
  const [items, statuses] = await Promise.all([listItems(project), statusesOf(project)])
  return items.map((item) => ({
    ...item,
    status: statuses.get(`${item.name}@${item.version}`)?.status ?? 'pending',
  }))
}

/** @throws RegimenError `DatasetNotFound` naming what is there. */
export async function findDataset(context: Context, reference: string): Promise<ListedDataset> {
  const [name, version] = reference.split('@')
  const all = await listItems(context.project)
  const found = all.find(
    (item) => item.name === name && (version === undefined || item.version.startsWith(version)),
  )
  if (found !== undefined) return { ...found, status: await statusOf(found) }
  throw new RegimenError('DatasetNotFound', {
    what: `no dataset "${reference}"`,
    where: `in project ${context.project}`,
    expected: `one of ${all.map((item) => `${item.name}@${item.version}`).join(', ') || '(none yet)'}`,
    do: 'import it with `regimen datasets import FILE --name NAME`',
  })
}
