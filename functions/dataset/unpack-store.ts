/** Unpacks what a URL or an upload gave, under limits of size: gzip, and the tables of a zip archive. */
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { RegimenError } from '../errors.ts'

/** What one file may become: 4 GiB unless the environment says otherwise. */
export const maxUnpackedBytes = () => Number(process.env.DATASET_MAX_DECOMPRESSED_BYTES ?? 4 * 1_024 ** 3)
const maxEntries = 10_000
const table = /\.(csv|tsv|txt|data|parquet|jsonl|ndjson)$/i

export type Packing = 'none' | 'gzip' | 'zip'

/** By its first bytes, whatever the file is called. */
export async function packingOf(file: string): Promise<Packing> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    const head = buffer.subarray(0, bytesRead).toString('latin1')
    if (head === 'PK\x03\x04') return 'zip'
    return head.startsWith('\x1f\x8b') ? 'gzip' : 'none'
  } finally {
    await handle.close()
  }
}

/** @returns `target`. @throws RegimenError `DatasetUnreadable` when it is damaged or too large. */
export async function gunzipFile(file: string, target: string, where: string): Promise<string> {
  await pipeline(createReadStream(file), createGunzip(), limited(where), createWriteStream(target)).catch(
    (cause: unknown) => unreadable('the gzip file is damaged', where, cause),
  )
  return target
}

export interface Member {
  readonly path: string
  readonly file: string
}

/**
 * @param wanted paths within the archive; by default its only table
 * @throws RegimenError `DatasetUnreadable` when the archive is damaged, too large, or holds no such file
 */
export async function unzipMembers(
  archive: string,
  wanted: readonly string[] | undefined,
  directory: string,
  where: string,
): Promise<Member[]> {
  const zip = await openPromise(archive, { autoClose: false }).catch((cause: unknown) =>
    unreadable('the zip archive is damaged', where, cause),
  )
  try {
    const entries = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) {
      entries.set(entry.fileName, entry)
      if (entries.size > maxEntries) throw new Error(`more than ${maxEntries} entries`)
    }
    const members: Member[] = []
    for (const path of wanted ?? [onlyTable([...entries.keys()], where)]) {
      const entry = entries.get(path)
      if (entry === undefined) throw notThere(path, [...entries.keys()], where)
      members.push({
        path,
        file: await extract(zip, entry, join(directory, `member-${members.length}`), where),
      })
    }
    return members
  } catch (cause) {
    return unreadable('the zip archive is damaged', where, cause)
  } finally {
    zip.close()
  }
}

/** Into a file whose name is ours: a path of the archive never reaches the disk. */
async function extract(zip: ZipFile, entry: Entry, target: string, where: string): Promise<string> {
  const stream: Readable = await zip.openReadStreamPromise(entry)
  await pipeline(stream, limited(where), createWriteStream(target))
  return target
}

function onlyTable(paths: readonly string[], where: string): string {
  // Archives made on a Mac carry a shadow of each file.
  const tables = paths.filter((path) => table.test(path) && !/(^|\/)(__MACOSX|\.)/.test(path))
  const [only] = tables
  if (only !== undefined && tables.length === 1) return only
  throw notThere(undefined, tables.length === 0 ? paths : tables, where)
}

function notThere(path: string | undefined, paths: readonly string[], where: string): RegimenError {
  const shown = paths.slice(0, 10).map((one) => JSON.stringify(one))
  return new RegimenError('DatasetUnreadable', {
    what:
      path === undefined
        ? 'the zip archive does not hold exactly one table'
        : `the zip archive holds no file ${JSON.stringify(path)}`,
    where,
    got: `${shown.join(', ')}${paths.length > shown.length ? `, and ${paths.length - shown.length} more` : ''}`,
    do: 'name the file with --member',
  })
}

function limited(where: string): Transform {
  const limit = maxUnpackedBytes()
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes <= limit) done(null, chunk)
      else
        done(
          new RegimenError('DatasetUnreadable', {
            what: 'the file is too large once it is unpacked',
            where,
            expected: `at most ${limit} bytes`,
            do: 'split it into several files',
          }),
        )
    },
  })
}

function unreadable(what: string, where: string, cause: unknown): never {
  if (cause instanceof RegimenError) throw cause
  throw new RegimenError('DatasetUnreadable', { what, where, do: 'fetch it again' }, { cause })
}
