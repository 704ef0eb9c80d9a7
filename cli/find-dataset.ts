/** Dataset versions by the name that people type: `name@version`, or `name` for the newest. */
import { type DatasetItem, datasetItem } from '../functions/dataset/dataset-store.ts'
import { RegimenError } from '../functions/errors.ts'
import { listItems, tableKeys } from '../functions/table-store.ts'
import type { Context } from './context.ts'

/** Newest first. */
export function listDatasets({ project }: Context): Promise<DatasetItem[]> {
  return listItems(tableKeys.datasets(project), datasetItem, { index: 'gsi1' })
}

/** @throws RegimenError `DatasetNotFound` naming what is there. */
export async function findDataset(context: Context, reference: string): Promise<DatasetItem> {
  const [name, version] = reference.split('@')
  const all = await listDatasets(context)
  const found = all.find(
    (item) => item.name === name && (version === undefined || item.version.startsWith(version)),
  )
  if (found !== undefined) return found
  throw new RegimenError('DatasetNotFound', {
    what: `no dataset "${reference}"`,
    where: `in project ${context.project}`,
    expected: `one of ${all.map((item) => `${item.name}@${item.version}`).join(', ') || '(none yet)'}`,
    do: 'import it with `regimen datasets import FILE --name NAME`',
  })
}
