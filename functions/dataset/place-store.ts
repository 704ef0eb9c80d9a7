/** Puts the files of a version where their content says; what an earlier, interrupted import left there is used again. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { datasetVersion } from '../layout.ts'
import { headIfThere } from '../object-store.ts'
import { putFile } from '../put-file-store.ts'
import type { DatasetOrigin, PlacedDataset } from './import-source.ts'
import { type HashedFile, versionHash } from './version-hash.ts'

export interface Place {
  readonly bucket: string
  readonly project: string
  readonly name: string
  /** What is kept instead of every file, where an environment keeps no table as it came. */
  readonly transform?: FileTransform | undefined
}

/** A file on disk in, the file that is kept instead out; it may write into `directory`. */
export type FileTransform = (file: DiskFile, directory: string) => Promise<DiskFile>

export interface SizedFile extends HashedFile {
  readonly bytes: number
}

/** @param put brings one file to its URI; it is called for those that are not there yet. */
export async function placeFiles<File extends SizedFile>(
  place: Place,
  files: readonly File[],
  origin: DatasetOrigin,
  put: (file: File, uri: string) => Promise<void>,
): Promise<PlacedDataset> {
  const { sha256, version } = versionHash(files)
  const prefix = datasetVersion.prefix(place.bucket, place.project, place.name, version)
  for (const file of files) {
    const uri = datasetVersion.data(prefix, file.name)
    // Written whole or not at all, under a name made of its content: what has the right size is the right file.
    if ((await headIfThere(uri))?.bytes !== file.bytes) await put(file, uri)
  }
  const only = files.length === 1 ? files[0] : undefined
  return {
    name: place.name,
    version,
    sha256,
    uri: datasetVersion.data(prefix, only?.name ?? ''),
    fileName: only?.name ?? `${files.length} files`,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    origin,
  }
}

export interface DiskFile extends SizedFile {
  readonly file: string
}

export async function hashFile(file: string, name: string): Promise<DiskFile> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return { file, name, sha256: hash.digest('hex'), bytes: (await stat(file)).size }
}

/** The files as the environment keeps them. */
export async function kept(
  { transform }: Place,
  files: readonly DiskFile[],
  directory: string,
): Promise<readonly DiskFile[]> {
  if (transform === undefined) return files
  const changed: DiskFile[] = []
  for (const file of files) changed.push(await transform(file, directory))
  return changed
}

export const putDiskFile = ({ file }: DiskFile, uri: string) => putFile(uri, file, 'text/csv')
