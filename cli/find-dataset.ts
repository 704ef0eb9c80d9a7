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

/** @throws RegimenError as `chooseDataset` does. */
export async function findDataset(context: Context, reference: string): Promise<ListedDataset> {
  const found = chooseDataset(await listItems(context.project), reference, context.project)
  return { ...found, status: await statusOf(found) }
}

/**
 * @param all newest first.
 * @throws RegimenError `DatasetNotFound` naming what is there, `InvalidRequest` where digits name several versions.
 */
export function chooseDataset<Item extends Pick<DatasetItem, 'name' | 'version'>>(
  all: readonly Item[],
  reference: string,
  project: string,
): Item {
  const { name, digits } = /^(?<name>[^@]+)(?:@(?<digits>[^@]+))?$/.exec(reference)?.groups ?? {}
  const found = all.filter((item) => item.name === name && item.version.startsWith(digits ?? ''))
  const listed = (items: readonly Item[]) => items.map((item) => `${item.name}@${item.version}`).join(', ')
  // A decision is on the version that was meant, not on the one that came last.
  if (digits !== undefined && found.length > 1)
    throw new RegimenError('InvalidRequest', {
      what: `"${reference}" names ${found.length} versions`,
      where: `in project ${project}`,
      expected: `one of ${listed(found)}`,
      do: 'give more digits of its checksum',
    })
  const [newest] = found
  if (newest !== undefined) return newest
  throw new RegimenError('DatasetNotFound', {
    what: `no dataset "${reference}"`,
    where: `in project ${project}`,
    expected: `one of ${listed(all) || '(none yet)'}`,
    do: 'import it with `regimen datasets import FILE --name NAME`',
  })
}
