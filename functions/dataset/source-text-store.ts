/** Source files wherever they lie, read in ranges that are asked for ahead. */
import { join } from 'node:path'
import { download, getBytes, type ObjectHead } from '../object-store.ts'

const requestBytes = 8 * 1_024 * 1_024
/** Ranges on their way while one is worked on: S3 answers one stream no faster than a scan reads. */
const ahead = 3

/** A file wherever it lies: in the bucket, or on disk. */
export interface ByteSource {
  readonly uri: string
  readonly bytes: number
  readonly versionId?: string | undefined
  /** Bytes that are asked for at once. @default 8 MB: a request costs as much as many bytes */
  readonly rangeBytes?: number
  /** Bytes from `start` up to `end`, exclusive. */
  read(start: number, end: number): Promise<Buffer>
  /** A file on disk that holds the bytes from `start` up to `end`; `directory` may be written to. */
  onDisk(directory: string, start?: number, end?: number): Promise<string>
}

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

/** The stored bytes from `start` up to `end`, in chunks. */
export async function* storedChunks(
  source: ByteSource,
  start = 0,
  end = source.bytes,
): AsyncGenerator<Buffer> {
  const { rangeBytes = requestBytes } = source
  const reading: Promise<Buffer>[] = []
  let at = start
  const ask = () => {
    if (at >= end) return
    const range = source.read(at, Math.min(at + rangeBytes, end))
    // Who awaits it sees the failure; until then it must not count as unhandled.
    range.catch(() => undefined)
    reading.push(range)
    at += rangeBytes
  }
  for (let asked = 0; asked < ahead; asked++) ask()
  for (let range = reading.shift(); range !== undefined; range = reading.shift()) {
    const chunk = await range
    ask()
    yield chunk
  }
}
