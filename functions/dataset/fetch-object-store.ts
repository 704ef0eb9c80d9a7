/** An import from the environment's own bucket: an upload that lies in place, an object, or a prefix. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegimenError } from '../errors.ts'
import { parseS3Uri } from '../layout.ts'
import { copyObject, download, head, list, type ObjectHead } from '../object-store.ts'
import { contentHash } from './content-hash-store.ts'
import type { PlacedDataset } from './import-source.ts'
import { isTableName } from './is-table-name.ts'
import { type DiskFile, hashFile, kept, type Place, placeFiles, putDiskFile } from './place-store.ts'
import { gunzipFile } from './unpack-store.ts'
import { safeName } from './version-hash.ts'

/** Files of one dataset: a manifest lists them, and planning reads each. */
const maxFiles = 1_000
/** What S3 copies in one request. */
const maxCopyBytes = 5 * 1_024 ** 3

/**
 * @param uri an object, or a prefix that ends in `/`, below the project's `inbox/` or `datasets/`
 * @throws RegimenError `DatasetNotFound`, `DatasetUnreadable`, `InvalidRequest` outside of them
 */
export async function fetchObjects(
  place: Place,
  uri: string,
  origin: string | undefined,
): Promise<PlacedDataset> {
  const { bucket, key } = parseS3Uri(uri)
  const areas = ['inbox', 'datasets'].map((area) => `${place.project}/${area}/`)
  if (bucket !== place.bucket || !areas.some((area) => key.startsWith(area)))
    throw new RegimenError('InvalidRequest', {
      what: 'this place is not open to imports',
      where: uri,
      expected: `s3://${place.bucket}/${place.project}/inbox/…`,
      do: 'copy the data there, or import the https URL of a public object',
    })
  if (place.transform !== undefined) return await fetchChanged(place, uri, origin)
  if (key.endsWith('/')) return await fetchPrefix(place, uri)
  const object = await head(uri).catch((error: unknown) => notFound(uri, error))
  const file = key.slice(key.lastIndexOf('/') + 1)
  if (key === `${place.project}/datasets/${place.name}/${versionOf(key)}/data/${file}`)
    return await verifyUpload(place, object, file, origin)
  return file.endsWith('.gz') ? await unpackObject(place, object, file) : await copyOne(place, object, file)
}

const versionOf = (key: string) => key.split('/')[3] ?? ''

/** The command has put it where its content says: nothing is copied. */
async function verifyUpload(place: Place, object: ObjectHead, file: string, origin: string | undefined) {
  const sha256 = await contentHash(object)
  const { key } = parseS3Uri(object.uri)
  if (!sha256.startsWith(versionOf(key)) || versionOf(key).length !== 16)
    throw new RegimenError('DatasetChanged', {
      what: 'the upload does not hold the content that it is named by',
      where: object.uri,
      got: `sha256 ${sha256.slice(0, 16)}…`,
      do: 'upload it again',
    })
  const hashed = { name: file, sha256, bytes: object.bytes }
  return await placeFiles(place, [hashed], { kind: 'upload', location: origin ?? file }, () =>
    Promise.resolve(),
  )
}

async function copyOne(place: Place, object: ObjectHead, file: string) {
  const hashed = { name: safeName(file), sha256: await contentHash(object), bytes: object.bytes }
  return await placeFiles(place, [hashed], { kind: 'object', location: object.uri }, (_, to) =>
    copy(object, to),
  )
}

/** Unpacked, so that it can be cut into parts, and so that it is the same version however it was packed. */
async function unpackObject(place: Place, object: ObjectHead, file: string) {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-import-'))
  try {
    const packed = join(directory, 'packed')
    await download(object, packed)
    const unpacked = await gunzipFile(packed, join(directory, 'data'), object.uri)
    const hashed = await hashFile(unpacked, safeName(file.slice(0, -'.gz'.length)))
    return await placeFiles(place, [hashed], { kind: 'object', location: object.uri }, putDiskFile)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Every object by way of the disk, as the environment keeps it; what was uploaded stays where it was put. */
async function fetchChanged(place: Place, uri: string, origin: string | undefined) {
  const isPrefix = uri.endsWith('/')
  const uris = isPrefix ? (await tablesBelow(uri)).map((one) => one.uri) : [uri]
  const directory = await mkdtemp(join(tmpdir(), 'regimen-import-'))
  try {
    const files: DiskFile[] = []
    for (const [at, one] of uris.entries()) {
      const object = await head(one).catch((error: unknown) => notFound(one, error))
      const below = isPrefix ? one.slice(uri.length) : one.slice(one.lastIndexOf('/') + 1)
      const file = join(directory, `object-${at}`)
      await download(object, file)
      const unpacked = below.endsWith('.gz') ? await gunzipFile(file, `${file}-data`, one) : file
      const name = below.replace(/\.gz$/, '').split('/').map(safeName).join('/')
      files.push(...(await kept(place, [await hashFile(unpacked, name)], directory)))
    }
    const kind = isPrefix ? ('prefix' as const) : ('object' as const)
    return await placeFiles(place, files, { kind, location: origin ?? uri }, putDiskFile)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function fetchPrefix(place: Place, uri: string) {
  const found = await tablesBelow(uri)
  const files = []
  for (const one of found) {
    const object = await head(one.uri)
    const name = one.uri.slice(uri.length).split('/').map(safeName).join('/')
    files.push({ object, name, sha256: await contentHash(object), bytes: object.bytes })
  }
  return await placeFiles(place, files, { kind: 'prefix', location: uri }, ({ object }, to) =>
    copy(object, to),
  )
}

/** @throws RegimenError `DatasetNotFound` when there is none, `DatasetUnreadable` when there are too many. */
async function tablesBelow(uri: string) {
  const found = (await list(uri)).filter((one) => one.bytes > 0 && isTableName(one.uri.slice(uri.length)))
  if (found.length === 0)
    throw new RegimenError('DatasetNotFound', {
      what: 'there is no file below the prefix',
      where: uri,
      do: 'upload one, or name another prefix',
    })
  if (found.length > maxFiles)
    throw new RegimenError('DatasetUnreadable', {
      what: 'there are too many files below the prefix',
      where: uri,
      got: `${found.length} files`,
      expected: `at most ${maxFiles}`,
      do: 'put their rows into fewer files',
    })
  return found
}

async function copy(object: ObjectHead, to: string): Promise<void> {
  if (object.bytes > maxCopyBytes)
    throw new RegimenError('DatasetUnreadable', {
      what: 'the object is larger than what S3 copies at once',
      where: object.uri,
      got: `${object.bytes} bytes`,
      expected: `at most ${maxCopyBytes}`,
      do: 'split it into several objects below one prefix',
    })
  await copyObject(object, to)
}

function notFound(uri: string, error: unknown): never {
  if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey'))
    throw new RegimenError('DatasetNotFound', { what: 'there is no such file', where: uri }, { cause: error })
  throw error
}
