/** Files of the laptop become objects: datasets under their content hash, batches below the project's `batches/`. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { RegimenError } from '../functions/errors.ts'
import { datasetVersion } from '../functions/layout.ts'
import { putFile } from '../functions/put-file-store.ts'
import type { Context } from './context.ts'

export interface Uploaded {
  readonly uri: string
  /** First 16 hex digits of the sha256 of the (unpacked) content. */
  readonly version: string
  readonly fileName: string
  readonly bytes: number
}

/** A gzip file is unpacked on the way, so that it can be cut into parts. */
export function uploadDataset(context: Context, file: string, name: string): Promise<Uploaded> {
  return upload(file, ({ version, fileName }) =>
    datasetVersion.data(datasetVersion.prefix(context.bucket, context.project, name, version), fileName),
  )
}

/** @returns the URI of the batch. */
export async function uploadBatch(context: Context, file: string): Promise<string> {
  const { uri } = await upload(
    file,
    ({ version, fileName }) => `s3://${context.bucket}/${context.project}/batches/${version}/${fileName}`,
  )
  return uri
}

/** @returns the URI of a delivery of labels. */
export async function uploadLabels(context: Context, file: string): Promise<string> {
  const { uri } = await upload(
    file,
    ({ version, fileName }) => `s3://${context.bucket}/${context.project}/labels/${version}/${fileName}`,
  )
  return uri
}

async function upload(file: string, place: (content: Omit<Uploaded, 'uri'>) => string): Promise<Uploaded> {
  const unpacked = await unpack(file)
  try {
    const content = {
      version: (await sha256(unpacked.file)).slice(0, 16),
      fileName: basename(file)
        .replace(/\.gz$/, '')
        .replace(/[^A-Za-z0-9._-]/g, '_'),
      bytes: (await stat(unpacked.file)).size,
    }
    const uri = place(content)
    await putFile(uri, unpacked.file, 'text/csv')
    return { uri, ...content }
  } finally {
    await unpacked.remove()
  }
}

async function unpack(file: string): Promise<{ file: string; remove(): Promise<void> }> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new RegimenError('InvalidRequest', { what: 'no such file', where: file }, { cause })
  })
  if (!found.isFile()) throw new RegimenError('InvalidRequest', { what: 'not a file', where: file })
  if (!file.endsWith('.gz')) return { file, remove: () => Promise.resolve() }
  const directory = await mkdtemp(join(tmpdir(), 'regimen-'))
  const target = join(directory, 'unpacked')
  try {
    await pipeline(createReadStream(file), createGunzip(), createWriteStream(target, { mode: 0o600 }))
  } catch (cause) {
    await rm(directory, { recursive: true, force: true })
    throw new RegimenError(
      'DatasetUnreadable',
      { what: 'the gzip file is damaged', where: file, do: 'fetch it again' },
      { cause },
    )
  }
  return { file: target, remove: () => rm(directory, { recursive: true, force: true }) }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  const tap = new PassThrough()
  tap.on('data', (chunk: Buffer) => hash.update(chunk))
  await pipeline(createReadStream(file), tap)
  return hash.digest('hex')
}
