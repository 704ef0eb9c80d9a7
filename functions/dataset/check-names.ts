/** Holds the names of a file's columns against what every later stage relies on. */
import { RegimenError } from '../errors.ts'

const longest = 1_000
/** Columns that a table may have: what DuckDB reads of twice as many does not fit the memory of a function. */
export const maxColumns = 2_000

/** @throws RegimenError `DatasetSchemaMismatch` naming the place of the column: a file without a header has cells for names. */
export function checkNames(names: readonly string[], uri: string): void {
  if (names.length > maxColumns)
    throw new RegimenError('DatasetSchemaMismatch', {
      what: `there are ${names.length} columns`,
      where: `${uri}, header`,
      expected: `at most ${maxColumns}`,
      do: 'leave columns out, or make rows of what are columns',
    })
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
