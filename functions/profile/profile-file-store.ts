/** Profiles a file on disk that belongs to no project: CSV, newline-delimited JSON (both also compressed) or Parquet. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cellFile } from '../dataset/cell-file-store.ts'
import { inferredColumn } from '../dataset/infer-columns.ts'
import { type OpenPart, openCells } from '../dataset/part-store.ts'
import type { ByteSource } from '../dataset/source-text-store.ts'
import { walkSource } from '../dataset/walk-store.ts'
import { RegimenError } from '../errors.ts'
import { columnSchema, type SourceColumn } from '../project.ts'
import { examineTable } from './examine-store.ts'
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
  /** Takes the second look: anomalies, identifiers, associations. @default false */
  readonly examine?: boolean
  /** Called once, with the open table and its columns as they were profiled. */
  readonly withTable?: (table: OpenPart, columns: readonly SourceColumn[]) => Promise<void>
  /** Columns that together name a row; only looked at by the second look. */
  readonly keys?: readonly (readonly string[])[]
}

/** Of the isolation forest: the same file gives the same rows. */
const seed = 1

/** @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`. */
export async function profileFile(path: string, options: FileOptions = {}): Promise<Profile> {
  const { schema, baseline } = options
  const directory = await mkdtemp(join(tmpdir(), 'regimen-profile-'))
  const source = await localSource(path)
  let table: OpenPart | undefined
  try {
    const walked = await walkSource(source, { columns: [] }, Number.POSITIVE_INFINITY)
    const [cut = { byteStart: 0, byteEnd: walked.bytes }] = walked.cuts
    const cells = await cellFile(
      source,
      { ...walked, ...cut, rowGroups: undefined },
      walked.header,
      directory,
    )
    table = await openCells({ ...cells, nullTokens }, { directory, where: path, rows: walked.rows })
    const part = { index: 0, uri: path, firstRow: 0 }
    const opened = table
    const profileAs = (columns: readonly SourceColumn[]) =>
      profileTable(opened, { columns, part, baseline, exact: true })
    const examined = async (profile: Profile, columns: readonly SourceColumn[]): Promise<Profile> => {
      await options.withTable?.(opened, columns)
      if (options.examine !== true) return profile
      const keys = options.keys ?? []
      const asked = { columns, part, profile, keys, whole: true, seed }
      return { ...profile, examination: await examineTable(opened, asked) }
    }
    if (schema !== undefined) {
      const columns = schema.map((column) => typedAs(column, baseline))
      return await examined(await profileAs(columns), columns)
    }
    const guessed = await guessTypes(table, baseline)
    const profile = await profileAs(columnsOf(guessed))
    const corrected = await correctTypes(table, guessed, profile)
    if (corrected === undefined) return await examined(profile, columnsOf(guessed))
    return await examined(await profileAs(columnsOf(corrected)), columnsOf(corrected))
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
