/** Dataset versions in the table: each is put once, by a condition on its key. */
import { z } from 'zod'
import { getItem, putNew, tableKeys } from '../table-store.ts'

export const datasetItem = z.object({
  project: z.string(),
  name: z.string(),
  version: z.string(),
  uri: z.string(),
  fileName: z.string(),
  bytes: z.number(),
  rows: z.number(),
  columns: z.number(),
  sha256: z.string(),
  manifestUri: z.string(),
  /** Trained on in staging and prod only once approved. */
  status: z.enum(['pending', 'approved', 'rejected']),
  requestedBy: z.string(),
  createdAt: z.string(),
})
export type DatasetItem = z.output<typeof datasetItem>

/** Puts the version, or answers the one that is there: the same content was registered before. */
export async function putDataset(item: DatasetItem): Promise<DatasetItem> {
  const key = tableKeys.datasetVersion(item.project, item.name, item.version)
  const gsi1pk = tableKeys.datasets(item.project)
  const fresh = await putNew(key, { gsi1pk, gsi1sk: item.createdAt, ...item })
  const known = fresh ? undefined : await getItem(key, datasetItem)
  return known ?? datasetItem.parse(item)
}
