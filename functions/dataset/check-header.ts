/** Holds the columns of a file against the schema contract of the project. */
import { RegimenError } from '../errors.ts'
import type { SourceColumn } from '../project.ts'

/**
 * Columns that the contract does not know are ignored, and named in the answer. Columns known only later (`outcome`)
 * may be absent from what is to be scored.
 *
 * @throws RegimenError `DatasetSchemaMismatch` naming every column that is missing.
 */
export function checkHeader(
  names: readonly string[],
  columns: readonly SourceColumn[],
  purpose: 'training' | 'inference',
  uri: string,
): { ignored: string[] } {
  const present = new Set(names)
  const missing = columns
    .filter((column) => !present.has(column.name) && !(purpose === 'inference' && column.outcome))
    .map((column) => column.name)
  const known = new Set(columns.map((column) => column.name))
  const ignored = names.filter((name) => !known.has(name))
  if (missing.length === 0) return { ignored }
  throw new RegimenError('DatasetSchemaMismatch', {
    what: `column${missing.length === 1 ? '' : 's'} ${listed(missing)} missing`,
    where: uri,
    got: ignored.length === 0 ? `${names.length} columns` : `instead ${listed(ignored)}`,
    expected: `the ${columns.length} columns of the project's schema contract`,
    do: 'rename or add the columns in the file, or correct source.columns of the project',
  })
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name))
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ')
}
