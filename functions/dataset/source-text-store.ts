/** Streams a source object as UTF-8: in ranges, decompressed, decoded, and never more than the stated size. */
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { RegimenError } from '../errors.ts'
import { getBytes, type ObjectRange } from '../object-store.ts'
import type { Encoding } from './csv-header.ts'

const rangeBytes = 8 * 1_024 * 1_024

/** Decompressed size beyond which an object is refused: 4 GiB unless the environment says otherwise. */
const maxDecompressedBytes = () => Number(process.env.DATASET_MAX_DECOMPRESSED_BYTES ?? 4 * 1_024 ** 3)

export type Compression = 'none' | 'gzip' | 'zstd'

/** The stored bytes of `range`, in chunks; `byteEnd` must be given. */
export async function* storedChunks(range: ObjectRange & { byteEnd: number }): AsyncGenerator<Buffer> {
  for (let start = range.byteStart ?? 0; start < range.byteEnd; start += rangeBytes)
    yield await getBytes({ ...range, byteStart: start, byteEnd: Math.min(start + rangeBytes, range.byteEnd) })
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
