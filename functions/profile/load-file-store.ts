/** Loads a whole file on disk into DuckDB. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cellFile } from '../dataset/cell-file-store.ts'
import { type OpenPart, openCells } from '../dataset/part-store.ts'
import type { SourceFile } from '../dataset/plan.ts'
import type { ByteSource } from '../dataset/source-text-store.ts'
import type { Glimpse } from '../dataset/walk-store.ts'

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
export async function loadGlimpsed(
  { uri, bytes }: ByteSource,
  { header, delimiter }: Glimpse,
  nullTokens: readonly string[],
): Promise<OpenPart | undefined> {
  const directory = await newDirectory()
  const source = {
    ...{ header, delimiter },
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

/** Whether the walk has found plain UTF-8 text from the first byte to the last, and the rows that were loaded. */
export function isAsGlimpsed(walked: SourceFile, { rows, header }: OpenPart): boolean {
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

export async function loadWalked(
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
