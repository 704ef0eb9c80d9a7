/** A version's objects in the bucket: read with their checksums, and put down only when those hold. */
import { createHash } from 'node:crypto'
import { RegimenError } from '../errors.ts'
import { getBytes, list, putBytes } from '../object-store.ts'
import type { CarriedObject } from './transfer.ts'

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Those of the paths that the run has left, by their content. */
export async function describeObjects(runUri: string, paths: readonly string[]): Promise<CarriedObject[]> {
  const there = new Set((await list(`${runUri}/`)).map(({ uri }) => uri))
  const left = paths.filter((path) => there.has(`${runUri}/${path}`))
  return await Promise.all(
    left.map(async (path) => {
      const bytes = await getBytes({ uri: `${runUri}/${path}` })
      return { path, bytes: bytes.length, sha256: sha256Of(bytes) }
    }),
  )
}

/** @throws RegimenError `PromotionRefused` when the object is not the one that was described. */
export async function verified(uri: string, expected: Pick<CarriedObject, 'sha256'>): Promise<Buffer> {
  const bytes = await getBytes({ uri })
  const got = sha256Of(bytes)
  if (got === expected.sha256) return bytes
  throw new RegimenError('PromotionRefused', {
    what: 'an object is not what left the other environment',
    where: uri,
    got: `SHA-256 ${got}`,
    expected: expected.sha256,
    do: 'promote it again',
  })
}

export async function bring(from: string, to: string, object: CarriedObject): Promise<void> {
  const type = object.path.endsWith('.json') ? 'application/json' : contentTypeOf(object.path)
  await putBytes(`${to}/${object.path}`, await verified(`${from}/${object.path}`, object), type)
}

const contentTypeOf = (path: string) => (path.endsWith('.html') ? 'text/html' : 'application/octet-stream')
