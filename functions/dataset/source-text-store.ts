/** Streams a source object as UTF-8: in ranges, decompressed, decoded, and never more than the stated size. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { RegimenError } from '../errors.ts'
import { download, getBytes, type ObjectHead } from '../object-store.ts'
import type { Encoding } from './csv-header.ts'

const rangeBytes = 8 * 1_024 * 1_024

/** Decompressed size beyond which an object is refused: 4 GiB unless the environment says otherwise. */
const maxDecompressedBytes = () => Number(process.env.DATASET_MAX_DECOMPRESSED_BYTES ?? 4 * 1_024 ** 3)

export type Compression = 'none' | 'gzip' | 'zstd'

/** A file wherever it lies: in the bucket, or on disk. */
export interface ByteSource {
  readonly uri: string
  readonly bytes: number
  readonly versionId?: string | undefined
  /** Bytes from `start` up to `end`, exclusive. */
  read(start: number, end: number): Promise<Buffer>
  /** A file on disk that holds all of it; `directory` may be written to. */
  onDisk(directory: string): Promise<string>
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
    async onDisk(directory) {
      const file = join(directory, 'source')
      await download({ uri, versionId }, file)
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
  for (let at = start; at < end; at += rangeBytes) yield await source.read(at, Math.min(at + rangeBytes, end))
}

/** @throws RegimenError `DatasetUnreadable` when the stream is broken or larger than allowed. */
export async function* decompressed(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  uri: string,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* chunks
    return
  }
  const inflate = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  const source = Readable.from(chunks)
  source.on('error', (error) => inflate.destroy(error))
  let bytes = 0
  const limit = maxDecompressedBytes()
  try {
    for await (const chunk of source.pipe(inflate)) {
      bytes += chunk.length
      if (bytes > limit) throw tooLarge(uri, limit)
      yield chunk
    }
  } catch (error) {
    if (error instanceof RegimenError || !isCompressionError(error)) throw error
    throw new RegimenError(
      'DatasetUnreadable',
      { what: `the ${compression} stream is broken`, where: uri, do: 'compress and upload the file again' },
      { cause: error },
    )
  }
}

const isCompressionError = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(Z_|ZSTD_)/.test(error.code)

function tooLarge(uri: string, limit: number): RegimenError {
  return new RegimenError('DatasetUnreadable', {
    what: 'the file is too large when decompressed',
    where: uri,
    expected: `at most ${limit} bytes`,
    do: 'upload it uncompressed or as Parquet, which is read in parts',
  })
}

/** Re-encodes to UTF-8; a byte order mark is dropped. Latin-1 is read as its superset Windows-1252, as browsers do. */
export async function* decoded(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') {
    yield* chunks
    return
  }
  const decoder = new TextDecoder(encoding === 'latin-1' ? 'windows-1252' : encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8')
  const rest = decoder.decode()
  if (rest !== '') yield Buffer.from(rest, 'utf8')
}

/** Drops the byte order mark: it would become part of the first name. */
export async function* withoutMark(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let first = true
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    first = false
    yield marked ? chunk.subarray(3) : chunk
  }
}
