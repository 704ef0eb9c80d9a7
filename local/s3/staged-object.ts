/** Writes incoming bytes to a temporary file while their checksums are computed, so that an object appears whole or not at all. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChecksumName, hasher } from './checksum.ts'

export interface StagedObject {
  readonly file: string
  readonly size: number
  /** Hexadecimal. */
  readonly md5: string
  /** Base64. */
  readonly checksums: ReadonlyMap<ChecksumName, string>
}

/** The file is synced to disk; the caller renames it into place or removes it. */
export async function stageObject(
  directory: string,
  body: AsyncIterable<Uint8Array>,
  names: readonly ChecksumName[],
): Promise<StagedObject> {
  await mkdir(directory, { recursive: true })
  const file = join(directory, `${randomUUID()}.tmp`)
  const md5 = createHash('md5')
  const hashers = names.map((name) => ({ name, hash: hasher(name) }))
  let size = 0
  try {
    const handle = await open(file, 'wx')
    try {
      for await (const chunk of body) {
        md5.update(chunk)
        for (const { hash } of hashers) hash.update(chunk)
        size += chunk.length
        await handle.writeFile(chunk)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  const checksums = new Map(
    hashers.map(({ name, hash }) => [name, Buffer.from(hash.bytes()).toString('base64')] as const),
  )
  return { file, size, md5: md5.digest('hex'), checksums }
}
