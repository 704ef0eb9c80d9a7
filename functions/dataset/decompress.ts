/** Decompresses gzip and zstd streams member by member, and never more than the stated size. */
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { RegimenError } from '../errors.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

/** Text beyond which an object that is compressed or re-encoded is refused, in bytes: 4 GiB unless the environment says otherwise. */
export const maxTextBytes = () => Number(process.env.DATASET_MAX_DECOMPRESSED_BYTES ?? 4 * 1_024 ** 3)

/**
 * Every member or frame of the stream: Node's zstd ends silently after the first, its gunzip before bytes that it does
 * not know, and a table would lose its last rows.
 *
 * @throws RegimenError `DatasetUnreadable` when the stream is broken, truncated, followed by something else, or larger
 * than allowed.
 */
export async function* decompressed(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  uri: string,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* chunks
    return
  }
  const input = new Input(chunks)
  const limit = maxTextBytes()
  let bytes = 0
  try {
    do
      for await (const chunk of member(input, compression)) {
        bytes += chunk.length
        if (bytes > limit) throw tooLarge(uri, limit)
        yield chunk
      }
    while (await input.hasNext())
  } catch (error) {
    if (error instanceof RegimenError || !isCompressionError(error)) throw error
    throw new RegimenError(
      'DatasetUnreadable',
      {
        what: `the ${compression} stream is broken`,
        where: uri,
        got: error.code === 'Z_BUF_ERROR' ? 'an end in mid-stream' : 'bytes that do not decompress',
        do: 'compress and upload the file again',
      },
      { cause: error },
    )
  } finally {
    await input.close()
  }
}

/** One member: the pump feeds it until it takes no more, and what it has not taken goes back. */
async function* member(input: Input, compression: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  const inflate = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  const closed = new Promise<void>((resolve) => inflate.once('close', resolve))
  const fed: { start: number; bytes: Buffer }[] = []
  let total = 0
  let over = false
  const pump = async () => {
    while (!over) {
      const bytes = await input.take()
      if (bytes === undefined) break
      while (fed[0] !== undefined && fed[0].start + fed[0].bytes.length <= inflate.bytesWritten) fed.shift()
      fed.push({ start: total, bytes })
      total += bytes.length
      if (over) return
      // The callback of a write that holds the end of a member never comes.
      await Promise.race([new Promise((resolve) => inflate.write(bytes, resolve)), closed])
      if (inflate.bytesWritten < total) break
    }
    if (!over) inflate.end()
  }
  const pumping = pump().catch((error: unknown) => inflate.destroy(toError(error)))
  try {
    yield* inflate
  } finally {
    over = true
    const position = inflate.bytesWritten
    inflate.destroy()
    await pumping
    input.putBack(fed.map(({ start, bytes }) => bytes.subarray(Math.max(0, position - start))))
  }
}

const toError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

/** The compressed bytes, of which a member takes its own and leaves the rest to the next one. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>
  #waiting: Buffer[] = []

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async take(): Promise<Buffer | undefined> {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) return waiting
    const { value, done } = await this.#chunks.next()
    return done === true ? undefined : value
  }

  putBack(rest: readonly Buffer[]): void {
    this.#waiting = [...rest.filter(({ length }) => length > 0), ...this.#waiting]
  }

  /** Whether bytes are left; zeros that fill a block up are none. */
  async hasNext(): Promise<boolean> {
    for (;;) {
      const bytes = await this.take()
      if (bytes === undefined) return false
      const start = bytes.findIndex((byte) => byte !== 0)
      if (start < 0) continue
      this.putBack([bytes.subarray(start)])
      return true
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}

const isCompressionError = (error: unknown): error is Error & { code: string } =>
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
