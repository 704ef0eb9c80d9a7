/** Profiles a file on disk that belongs to no project: CSV, newline-delimited JSON (both also compressed) or Parquet. */
import { inferredColumn } from '../dataset/infer-columns.ts'
import type { OpenPart } from '../dataset/part-store.ts'
import { columnSchema, type SourceColumn } from '../project.ts'
import { examineTable } from './examine-store.ts'
import { correctTypes, guessTypes, type TypeGuess } from './guess-types-store.ts'
import { openFile } from './open-file-store.ts'
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
  const table = await openFile(path, nullTokens)
  try {
    const part = { index: 0, uri: path, firstRow: 0 }
    const profileAs = (columns: readonly SourceColumn[]) =>
      profileTable(table, { columns, part, baseline, exact: true })
    const examined = async (profile: Profile, columns: readonly SourceColumn[]): Promise<Profile> => {
      await options.withTable?.(table, columns)
      if (options.examine !== true) return profile
      const keys = options.keys ?? []
      const asked = { columns, part, profile, keys, whole: true, seed }
      return { ...profile, examination: await examineTable(table, asked) }
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
    await table.close()
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
