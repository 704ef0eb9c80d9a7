/** Holds the names of a file's columns against what every later stage relies on. */
import { RegimenError } from '../errors.ts'

const longest = 1_000
/** Columns that a table may have. */
const most = 20_000

/** @throws RegimenError `DatasetSchemaMismatch` naming the place of the column: a file without a header has cells for names. */
export function checkNames(names: readonly string[], uri: string): void {
  if (names.length > most) throw mismatch(`there are ${names.length} columns`, uri, `at most ${most}`)
  const seen = new Set<string>()
  for (const [at, name] of names.entries()) {
    const place = `column ${at + 1}`
    if (name === '') throw mismatch(`${place} has no name`, uri)
    if (seen.has(name)) throw mismatch(`the header names ${place} like one before it`, uri)
    if (name.length > longest)
      throw mismatch(`${place} has a name of ${name.length} characters`, uri, `at most ${longest}`)
    seen.add(name)
  }
}

const mismatch = (what: string, uri: string, expected = 'one name for each column, each once') =>
  new RegimenError('DatasetSchemaMismatch', {
    what,
    where: `${uri}, header`,
    expected,
    do: 'correct the header',
  })
