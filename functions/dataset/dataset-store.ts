/** Dataset versions in the table: each is put once, by a condition on its key. Whether it is approved, its decisions say. */
import * as z from 'zod'
import { getItem, listItems, putNew, tableKeys } from '../table-store.ts'
import { datasetOrigin } from './import-source.ts'
import type { DatasetManifest } from './manifest.ts'

export const datasetItem = z.object({
  project: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string().default(''),
  uri: z.string(),
  fileName: z.string(),
  fileFormat: z.string().default('csv'),
  bytes: z.number(),
  rows: z.number(),
  columns: z.number(),
  sha256: z.string(),
  manifestUri: z.string(),
  origin: datasetOrigin.optional(),
  attribution: z.string().default(''),
  licence: z.string().default(''),
  quality: z.object({ passed: z.boolean(), summary: z.string() }).optional(),
  profileUri: z.string().optional(),
  reportUri: z.string().optional(),
  /** The import that registered it. */
  runId: z.string().optional(),
  requestedBy: z.string(),
  createdAt: z.string(),
})
export type DatasetItem = z.output<typeof datasetItem>

export const datasetItemOf = (manifest: DatasetManifest, manifestUri: string): DatasetItem =>
  datasetItem.parse({ ...manifest, manifestUri })

/** Puts the version; `false` when it is there: the same content was registered before. */
export async function putDataset(item: DatasetItem): Promise<boolean> {
  const key = tableKeys.datasetVersion(item.project, item.name, item.version)
  return await putNew(key, { gsi1pk: tableKeys.datasets(item.project), gsi1sk: item.createdAt, ...item })
}

export const getDataset = (
  project: string,
  name: string,
  version: string,
): Promise<DatasetItem | undefined> => getItem(tableKeys.datasetVersion(project, name, version), datasetItem)

/** The version of that name that was registered last, beside the one given; read consistently. */
export async function versionBefore(
  project: string,
  name: string,
  version: string,
): Promise<DatasetItem | undefined> {
  const { pk } = tableKeys.datasetVersion(project, name, version)
  const others = (await listItems(pk, datasetItem)).filter((item) => item.version !== version)
  return others.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0]
}

/** Newest first. */
export const listDatasets = (project: string): Promise<DatasetItem[]> =>
  listItems(tableKeys.datasets(project), datasetItem, { index: 'gsi1' })
