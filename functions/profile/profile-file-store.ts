/** Profiles a file on disk that belongs to no project: CSV, newline-delimited JSON (both also compressed) or Parquet. */
import type { CodedTable } from '../dataset/coded-table.ts'
import { inferredColumn } from '../dataset/infer-columns.ts'
import { isNumeric } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'
import type { ExamineOptions } from './examination-plan.ts'
import { openFile } from './open-file-store.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import { type CodedProfile, profileCoded } from './profile-coded.ts'
import type { RowSample } from './row-sample.ts'
import { sampleCoded } from './sample-coded.ts'
import { inferCoded } from './type-coded.ts'

/** Cell texts that mean "missing" where no project says otherwise. */
export const nullTokens = ['NA', 'N/A', 'NaN', 'nan', 'null', 'NULL']

export interface FileOptions {
  /** @default inferred over the whole file */
  readonly schema?: readonly SourceColumn[] | undefined
  /** Types are the baseline's, and numbers are counted in its cells. */
  readonly baseline?: Profile | undefined
  /** Takes the second look: anomalies, identifiers, associations. @default false */
  readonly examine?: boolean
  /** Receives a sample of the rows. */
  readonly onSample?: (sample: RowSample) => void
  /** Columns that together name a row; only looked at by the second look. */
  readonly keys?: readonly (readonly string[])[]
}

/** @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`. */
export async function profileFile(path: string, options: FileOptions = {}): Promise<Profile> {
  const file = await openFile(path, nullTokens)
  const schema = options.schema?.map((column) => typedAs(column, options.baseline))
  const asked = { ...options, schema, part: { index: 0, uri: path, firstRow: 0 } }
  try {
    const inMemory = file.coded === undefined ? undefined : await profileSmall(file.coded, asked)
    if (inMemory !== undefined) return inMemory
    const { profileOpen } = await import('./profile-open-store.ts')
    return await profileOpen(await file.inDuckDb(), asked)
  } finally {
    await file.close()
  }
}

/** What is asked of an open file. */
export type FileQuestion = FileOptions & { readonly part: { index: number; uri: string; firstRow: number } }

/** What the second look is told of a whole file. */
export const wholeFile = ({ keys = [] }: FileOptions) => ({
  ...{ keys, whole: true },
  /** Of the isolation forest: the same file gives the same rows. */
  seed: 1,
})

/** @returns undefined where only DuckDB can read a cell. */
async function profileSmall(table: CodedTable, options: FileQuestion): Promise<Profile | undefined> {
  const { schema, baseline, part, onSample } = options
  const columns: SourceColumn[] = [...(schema ?? [])]
  for (const [at, column] of schema === undefined ? table.columns.entries() : []) {
    const name = table.header[at] ?? ''
    const type = baseline?.columns[name]?.type ?? inferCoded(column)
    if (type === undefined) return undefined
    columns.push(inferredColumn(name, type))
  }
  const coded = profileCoded(table, { columns, part, baseline, exact: true })
  const profile =
    options.examine === true && coded !== undefined
      ? await examined(table, coded, { ...wholeFile(options), columns, part })
      : coded?.profile
  if (coded !== undefined && profile !== undefined)
    onSample?.(sampleCoded(table, { columns, salt: part.uri, numbers: coded.numbers }))
  return profile
}

async function examined(
  table: CodedTable,
  { profile, numbers }: CodedProfile,
  asked: Omit<ExamineOptions, 'profile'>,
): Promise<Profile | undefined> {
  // A comparison of tables needs none of it.
  const { examineCoded } = await import('./examine-coded.ts')
  const examination = examineCoded(table, { ...asked, profile, numbers })
  return examination === undefined ? undefined : { ...profile, examination }
}

/** Both sides of a comparison must be read the same way. */
function typedAs(column: SourceColumn, baseline: Profile | undefined): SourceColumn {
  const known: ProfileColumn | undefined = baseline?.columns[column.name]
  if (known === undefined || known.type === column.type) return column
  const { min, max, levels: _, ...rest } = column
  return { ...rest, type: known.type, ...(isNumeric(known.type) ? { min, max } : {}) }
}
