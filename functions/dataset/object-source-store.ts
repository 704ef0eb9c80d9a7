/** An object of the bucket as a source that is read in ranges. */
import { join } from 'node:path'
import { download, getBytes, type ObjectHead } from '../object-store.ts'
import type { ByteSource } from './source-text-store.ts'

export function objectSource({
  uri,
  bytes,
  versionId,
}: Pick<ObjectHead, 'uri' | 'bytes' | 'versionId'>): ByteSource {
  return {
    uri,
    bytes,
    versionId,
    read: (byteStart, byteEnd) => getBytes({ uri, versionId, byteStart, byteEnd }),
    async onDisk(directory, byteStart, byteEnd) {
      const file = join(directory, 'source')
      await download({ uri, versionId, byteStart, byteEnd }, file)
      return file
    },
  }
}
