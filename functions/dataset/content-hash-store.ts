/** The content hash of an object: what makes a dataset version. */
import { createHash } from 'node:crypto'
import type { ObjectHead } from '../object-store.ts'
import { objectSource } from './object-source-store.ts'
import { storedChunks } from './source-text-store.ts'

/** sha256 over the bytes as they are stored, hexadecimal. */
export async function contentHash(object: ObjectHead): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of storedChunks(objectSource(object))) hash.update(chunk)
  return hash.digest('hex')
}
