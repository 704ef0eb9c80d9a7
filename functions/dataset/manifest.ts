/** The manifest of a dataset version: everything that is known of it when it is registered, written once. */
import * as z from 'zod'
import type { SourceColumn } from '../project.ts'
import { type DatasetOrigin, datasetOrigin } from './import-source.ts'

/** A column as the file has it and as the contract wants it; a column outside of the contract is ignored. */
export const manifestColumn = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  ignored: z.boolean(),
  description: z.string(),
})

export const datasetManifest = z.object({
  format: z.literal('regimen-dataset/1'),
  project: z.string(),
  projectUri: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  uri: z.string(),
  fileName: z.string(),
  files: z.number(),
  bytes: z.number(),
  rows: z.number(),
  columns: z.number(),
  sha256: z.string(),
  fileFormat: z.enum(['csv', 'parquet', 'jsonl']),
  encoding: z.string().optional(),
  delimiter: z.string().optional(),
  compression: z.string().optional(),
  header: z.array(z.string()),
  schema: z.array(manifestColumn),
  origin: datasetOrigin,
  attribution: z.string(),
  licence: z.string(),
  quality: z.object({ passed: z.boolean(), summary: z.string() }),
  profileUri: z.string(),
  reportUri: z.string(),
  runId: z.string(),
  requestedBy: z.string(),
  createdAt: z.string(),
})
export type DatasetManifest = z.output<typeof datasetManifest>

/** Whom to thank and what is allowed: what an import says of its source, else what the project says of its own data. */
export function ownersOf(
  { kind, location, attribution, licence }: DatasetOrigin,
  project: { readonly attribution: string; readonly licence: string },
): { readonly attribution: string; readonly licence: string } {
  // Whatever a URL gives is not the project's own.
  const known = kind === 'url' ? { attribution: location, licence: 'unknown' } : project
  return { attribution: attribution ?? known.attribution, licence: licence ?? known.licence }
}

/** The file's columns in their order. */
export function describeColumns(
  header: readonly string[],
  contract: readonly SourceColumn[],
): DatasetManifest['schema'] {
  const known = new Map(contract.map((column) => [column.name, column]))
  return header.map((name) => {
    const column = known.get(name)
    return {
      name,
      type: column?.type ?? 'text',
      nullable: column?.nullable ?? true,
      ignored: column === undefined,
      description: column?.description ?? '',
    }
  })
}
