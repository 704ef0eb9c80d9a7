/** The identity of a version: the checksum of its one file, or of the sorted list of its files' checksums. */
import { createHash } from 'node:crypto'

export interface HashedFile {
  /** Path below the version's `data/`. */
  readonly name: string
  /** Hexadecimal. */
  readonly sha256: string
}

/** Independent of the order in which the files are given. */
export function versionHash(files: readonly HashedFile[]): { sha256: string; version: string } {
  const [only] = files
  const sha256 =
    files.length === 1 && only !== undefined
      ? only.sha256
      : createHash('sha256')
          .update(
            files
              .map((file) => `${file.sha256}  ${file.name}\n`)
              .sort()
              .join(''),
          )
          .digest('hex')
  return { sha256, version: sha256.slice(0, 16) }
}

/** A file name that is safe in a key, a shell and a page. */
export const safeName = (name: string) =>
  name
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[._]+/, '')
    .slice(-120) || 'data'
