/** Opens a whole file on disk as a table: it is loaded while the walk looks for what would have to be read otherwise. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cellFile } from '../dataset/cell-file-store.ts'
import { type OpenPart, openCells } from '../dataset/part-store.ts'
import type { SourceFile } from '../dataset/plan.ts'
import type { ByteSource } from '../dataset/source-text-store.ts'
import { type Glimpse, walkSource } from '../dataset/walk-store.ts'
import { RegimenError } from '../errors.ts'

/** @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`. */
export async function openFile(path: string, nullTokens: readonly string[]): Promise<OpenPart> {
  const source = await localSource(path)
  let early: Promise<OpenPart | undefined> | undefined
  try {
    const walked = await walkSource(
      source,
      { columns: [] },
      {
        partBytes: Number.POSITIVE_INFINITY,
        onGlimpse: (glimpse) => {
          early = openEarly(source, glimpse, nullTokens)
        },
      },
    )
    const opened = await early
    if (opened !== undefined && isAsGlimpsed(walked, opened)) {
      early = undefined
      return opened
    }
    return await openWalked(source, walked, nullTokens)
  } finally {
    await (await early)?.close()
    await source.close()
  }
}

/**
 * Keeping its texts takes DuckDB, which does that on one thread, as long as parsing them: a large file is parsed twice,
 * for half of the columns each.
 */
const tablesAtOnce = (bytes: number) => (bytes < leastSplitBytes ? 1 : 2)
/** A smaller file takes less time as one table. */
const leastSplitBytes = 8 * 1_024 * 1_024

/** Bytes; a file with a longer line is read again when the walk has passed it. */
const usualLine = 4 * 1_024 * 1_024

/** @returns undefined where DuckDB does not take it: the walk says why, or how else it is to be read. */
async function openEarly(
  { uri, bytes }: ByteSource,
  glimpse: Glimpse,
  nullTokens: readonly string[],
): Promise<OpenPart | undefined> {
  const directory = await newDirectory()
  const source = {
    ...glimpse,
    ...({ file: resolve(uri), format: 'csv', hasHeader: true, longestLine: usualLine } as const),
    nullTokens,
  }
  return await openCells(source, { directory, where: uri, tablesAtOnce: tablesAtOnce(bytes) }).catch(
    async () => {
      await rm(directory, { recursive: true, force: true })
      return undefined
    },
  )
}

/** The walk has found plain UTF-8 text from the first byte to the last, and the rows that were loaded. */
function isAsGlimpsed(walked: SourceFile, { rows, header }: OpenPart): boolean {
  const [cut] = walked.cuts
  const begin = cut?.byteStart ?? 0
  return (
    walked.encoding === 'utf-8' &&
    walked.irregular !== true &&
    begin === 0 &&
    walked.rows === rows &&
    walked.header.join('\n') === header.join('\n')
  )
}

async function openWalked(
  source: ByteSource,
  walked: SourceFile,
  nullTokens: readonly string[],
): Promise<OpenPart> {
  const directory = await newDirectory()
  try {
    const [cut = { byteStart: 0, byteEnd: walked.bytes }] = walked.cuts
    const stretch = { ...walked, ...cut, rowGroups: undefined }
    const cells = await cellFile(source, stretch, walked.header, directory)
    return await openCells(
      { ...cells, nullTokens },
      {
        ...{ directory, where: source.uri, rows: walked.rows },
        tablesAtOnce: tablesAtOnce(source.bytes),
      },
    )
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

const newDirectory = () => mkdtemp(join(tmpdir(), 'regimen-profile-'))

async function localSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true)
    throw new RegimenError('DatasetNotFound', {
      what: 'there is no file',
      where: path,
      got: 'a folder',
      expected: 'one CSV, JSON-lines or Parquet file',
      do: 'name a file in it',
    })
  const file = await open(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new RegimenError(
      'DatasetNotFound',
      { what: 'there is no such file', where: path },
      { cause: error },
    )
  })
  return {
    uri: path,
    bytes: (await file.stat()).size,
    rangeBytes: 1 << 20,
    async read(start, end) {
      const buffer = Buffer.alloc(end - start)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
      return buffer.subarray(0, bytesRead)
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
