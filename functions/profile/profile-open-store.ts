/** Profiles a whole file that DuckDB has loaded. */
import { inferredColumn } from '../dataset/infer-columns.ts'
import type { OpenPart } from '../dataset/part-store.ts'
import type { SourceColumn } from '../project.ts'
import { examineTable } from './examine-store.ts'
import { correctTypes, guessTypes, type TypeGuess } from './guess-types-store.ts'
import type { Profile } from './profile.ts'
import { type FileQuestion, wholeFile } from './profile-file-store.ts'
import { sampleTable } from './row-sample-store.ts'
import { profileTable } from './table-store.ts'

export async function profileOpen(table: OpenPart, options: FileQuestion): Promise<Profile> {
  const { schema, baseline, part } = options
  const profileAs = (columns: readonly SourceColumn[]) =>
    profileTable(table, { columns, part, baseline, exact: true })
  const examined = async (profile: Profile, columns: readonly SourceColumn[]): Promise<Profile> => {
    options.onSample?.(await sampleTable(table, { columns, salt: part.uri }))
    if (options.examine !== true) return profile
    const asked = { ...wholeFile(options), columns, part, profile }
    return { ...profile, examination: await examineTable(table, asked) }
  }
  if (schema !== undefined) return await examined(await profileAs(schema), schema)
  const guessed = await guessTypes(table, baseline)
  const profile = await profileAs(columnsOf(guessed))
  const corrected = await correctTypes(table, guessed, profile)
  if (corrected === undefined) return await examined(profile, columnsOf(guessed))
  return await examined(await profileAs(columnsOf(corrected)), columnsOf(corrected))
}

const columnsOf = (guesses: readonly TypeGuess[]) =>
  guesses.map(({ name, type }) => inferredColumn(name, type))
