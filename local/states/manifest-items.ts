/** Manifests: an S3 inventory (its rows are the items), and Athena's UNLOAD (the objects that it names hold them). */
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { csvItems } from './csv-items.ts'
import { StateFailure } from './failure.ts'
import { parquetItems } from './parquet-items.ts'

const failed = (cause: string) => new StateFailure('States.ItemReaderFailed', cause)

/** `manifest.json` as S3 Inventory writes it. */
const inventory = z.looseObject({
  destinationBucket: z.string().optional(),
  fileFormat: z.enum(['CSV', 'Parquet', 'ORC']),
  fileSchema: z.string(),
  files: z.array(z.looseObject({ key: z.string() })),
})

export interface ObjectPlace {
  readonly Bucket: string
  readonly Key: string
}

export interface InventoryFile extends ObjectPlace {
  readonly format: 'CSV' | 'Parquet'
  /** Column names, in order. */
  readonly columns: readonly string[]
}

/** The data files of an inventory, in the bucket that the manifest names or else its own. */
export function inventoryFiles(manifest: Buffer, bucket: string): InventoryFile[] {
  const parsed = inventory.safeParse(jsonOf(manifest))
  if (!parsed.success)
    throw failed('the manifest is none of an S3 inventory: it needs fileFormat, fileSchema and files')
  const { fileFormat, fileSchema, files, destinationBucket } = parsed.data
  if (fileFormat === 'ORC') throw failed('an inventory in ORC cannot be read; expected CSV or Parquet')
  return files.map(({ key }) => ({
    Bucket: destinationBucket?.replace(/^arn:[^:]*:s3:::/, '') ?? bucket,
    Key: key,
    format: fileFormat,
    columns: fileFormat === 'CSV' ? fileSchema.split(',').map((name) => name.trim()) : [],
  }))
}

/** One item a row, its values texts named by the manifest's schema. CSV files of an inventory are gzipped. */
export async function* inventoryItems(file: InventoryFile, bytes: Buffer): AsyncGenerator<unknown> {
  if (file.format === 'Parquet') {
    yield* await parquetItems(bytes)
    return
  }
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : bytes.toString()
  yield* csvItems(text, { headers: file.columns })
}

/** Athena's manifest names one `s3://` object a line. */
export function unloadedObjects(manifest: Buffer): ObjectPlace[] {
  const lines = manifest.toString().split(/\r?\n/)
  return lines.flatMap((line, index) => {
    const uri = line.trim().replace(/^"(.*)"$/, '$1')
    if (uri === '') return []
    const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)
    if (match === null) throw failed(`line ${index + 1} of the manifest names no S3 object`)
    return [{ Bucket: match[1] ?? '', Key: match[2] ?? '' }]
  })
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    if (error instanceof SyntaxError) throw failed('the manifest is not JSON')
    throw error
  }
}
