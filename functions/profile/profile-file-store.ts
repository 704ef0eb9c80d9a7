/** Profiles a file on disk that belongs to no project: CSV, newline-delimited JSON (both also compressed) or Parquet. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { inferredColumn } from '../dataset/infer-columns.ts'
import { type OpenPart, openCells } from '../dataset/part-store.ts'
import type { SourceFile } from '../dataset/plan.ts'
import {
  type ByteSource,
  decoded,
  decompressed,
  storedChunks,
  withoutMark,
} from '../dataset/source-text-store.ts'
import { walkSource } from '../dataset/walk-store.ts'
import { RegimenError } from '../errors.ts'
import { columnSchema, type SourceColumn } from '../project.ts'
import { correctTypes, guessTypes, type TypeGuess } from './guess-types-store.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import { profileTable } from './table-store.ts'

/** Cell texts that mean "missing" where no project says otherwise. */
const nullTokens = ['NA', 'N/A', 'NaN', 'nan', 'null', 'NULL']

export interface FileOptions {
  /** @default inferred over the whole file */
  readonly schema?: readonly SourceColumn[] | undefined
  /** Types are the baseline's, and numbers are counted in its cells. */
  readonly baseline?: Profile | undefined
}

/** @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`. */
export async function profileFile(path: string, { schema, baseline }: FileOptions = {}): Promise<Profile> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-profile-'))
  const source = await localSource(path)
  let table: OpenPart | undefined
  try {
    const walked = await walkSource(source, { columns: [] }, Number.POSITIVE_INFINITY)
    const file = await readable(source, walked, directory)
    const { format, header, delimiter, rows } = walked
    table = await openCells(
      { file, format, header, delimiter, hasHeader: true, nullTokens },
      { directory, where: path, rows },
    )
    const part = { index: 0, uri: path, firstRow: 0 }
    if (schema !== undefined) {
      const columns = schema.map((column) => typedAs(column, baseline))
      return await profileTable(table, { columns, part, baseline, exact: true })
    }
    const guessed = await guessTypes(table, baseline)
    const profile = await profileTable(table, { columns: columnsOf(guessed), part, baseline, exact: true })
    const corrected = await correctTypes(table, guessed, profile)
    if (corrected === undefined) return profile
    return await profileTable(table, { columns: columnsOf(corrected), part, baseline, exact: true })
  } finally {
    if (table === undefined) await rm(directory, { recursive: true, force: true })
    else await table.close()
    await source.close()
  }
}

const columnsOf = (guesses: readonly TypeGuess[]) =>
  guesses.map(({ name, type }) => inferredColumn(name, type))

/** Both sides of a comparison must be read the same way. */
function typedAs(column: SourceColumn, baseline: Profile | undefined): SourceColumn {
  const known: ProfileColumn | undefined = baseline?.columns[column.name]
  return known === undefined || known.type === column.type
    ? column
    : columnSchema.parse({ ...column, type: known.type, levels: undefined })
}

/** The file as DuckDB can read it: as it is, or decompressed and in UTF-8. */
async function readable(source: ByteSource, walked: SourceFile, directory: string): Promise<string> {
  const { encoding, compression, format } = walked
  const marked = (walked.cuts[0]?.byteStart ?? 0) > 0
  if (format === 'parquet' || (encoding === 'utf-8' && compression === 'none' && !marked))
    return source.onDisk(directory)
  const file = join(directory, 'source')
  const text = decoded(decompressed(storedChunks(source), compression, source.uri), encoding)
  await pipeline(withoutMark(text), createWriteStream(file))
  return file
}

async function localSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
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
    async read(start, end) {
      const buffer = Buffer.alloc(end - start)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
      return buffer.subarray(0, bytesRead)
    },
    onDisk: async () => resolve(path),
    close: () => file.close(),
  }
}
