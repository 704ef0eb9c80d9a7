/** The bucket in memory: stands in for `functions/object-store.ts` where a test wants no S3. */
import { readFile, writeFile } from 'node:fs/promises'

export const objects = new Map<string, Buffer>()

class NotFound extends Error {
  override readonly name = 'NotFound'
}

const stored = (uri: string): Buffer => {
  const body = objects.get(uri)
  if (body === undefined) throw new NotFound(uri)
  return body
}

interface Range {
  uri: string
  byteStart?: number
  byteEnd?: number
}

/** What `vi.mock('…/object-store.ts', …)` answers. */
export const memoryObjectStore = {
  getBytes: async ({ uri, byteStart = 0, byteEnd }: Range) => stored(uri).subarray(byteStart, byteEnd),
  getJson: async (uri: string): Promise<unknown> => JSON.parse(stored(uri).toString('utf8')),
  download: async ({ uri, byteStart = 0, byteEnd }: Range, file: string) =>
    await writeFile(file, stored(uri).subarray(byteStart, byteEnd)),
  putBytes: async (uri: string, body: Uint8Array | string) => void objects.set(uri, Buffer.from(body)),
  putJson: async (uri: string, value: unknown) => void objects.set(uri, Buffer.from(JSON.stringify(value))),
  putFile: async (uri: string, file: string) => void objects.set(uri, await readFile(file)),
  head: async (uri: string) => ({ uri, bytes: stored(uri).length, etag: '"1"', versionId: undefined }),
  headIfThere: async (uri: string) =>
    objects.has(uri) ? { uri, bytes: stored(uri).length, etag: '"1"', versionId: undefined } : undefined,
  putJsonOnce: async (uri: string, value: unknown) => {
    if (objects.has(uri)) return false
    objects.set(uri, Buffer.from(JSON.stringify(value)))
    return true
  },
  copyObject: async ({ uri }: { uri: string }, to: string) => void objects.set(to, stored(uri)),
  list: async (prefix: string) =>
    [...objects]
      .filter(([uri]) => uri.startsWith(prefix))
      .map(([uri, body]) => ({ uri, bytes: body.length }))
      .sort((a, b) => (a.uri < b.uri ? -1 : 1)),
}
