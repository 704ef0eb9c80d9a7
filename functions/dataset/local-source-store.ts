/** A file on disk as a source that is read in ranges. */
import { createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RegimenError } from '../errors.ts'
import type { ByteSource } from './source-text-store.ts'

const rangeBytes = 256 * 1_024

/** @param uri what it is called where something is wrong with it. @throws RegimenError `DatasetNotFound`. */
export async function localSource(
  path: string,
  uri = path,
): Promise<ByteSource & { close(): Promise<void> }> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true)
    throw new RegimenError('DatasetNotFound', {
      what: 'there is no file',
      where: uri,
      got: 'a folder',
      expected: 'one CSV, JSON-lines or Parquet file',
      do: 'name a file in it',
    })
  const file = await open(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new RegimenError('DatasetNotFound', { what: 'there is no such file', where: uri }, { cause: error })
  })
  const free: Buffer[] = []
  return {
    uri,
    bytes: (await file.stat()).size,
    rangeBytes,
    async read(start, end) {
      const length = end - start
      const buffer = (length === rangeBytes ? free.pop() : undefined) ?? Buffer.allocUnsafeSlow(length)
      const { bytesRead } = await file.read(buffer, 0, length, start)
      return bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
    },
    giveBack(buffer) {
      if (buffer.length === rangeBytes) free.push(buffer)
    },
    async onDisk(directory, start, end) {
      if (start === undefined || end === undefined) return resolve(path)
      const piece = join(directory, 'source')
      await pipeline(
        file.createReadStream({ start, end: end - 1, autoClose: false }),
        createWriteStream(piece),
      )
      return piece
    },
    close: () => file.close(),
  }
}
