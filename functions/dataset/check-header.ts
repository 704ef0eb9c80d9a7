/** Holds the columns of a file against the schema contract of the project. */
import { RegimenError } from '../errors.ts'
import type { SourceColumn } from '../project.ts'
import type { Purpose } from '../stages.ts'

export interface ColumnContract {
  readonly columns: readonly SourceColumn[]
  /** @default refuse */
  readonly extraColumns?: 'refuse' | 'ignore'
}

/**
 * Columns that the contract does not know are refused, or ignored and named in the answer where the project says so.
 * Columns known only later (`outcome`) may be absent from what is to be scored.
 *
 * @throws RegimenError `DatasetSchemaMismatch` naming every column that is missing or unknown.
 */
export function checkHeader(
  names: readonly string[],
  { columns, extraColumns = 'refuse' }: ColumnContract,
  purpose: Purpose,
  uri: string,
): { ignored: string[] } {
  const present = new Set(names)
  const missing = columns
    .filter((column) => !present.has(column.name) && !(purpose === 'inference' && column.outcome))
    .map((column) => column.name)
  const known = new Set(columns.map((column) => column.name))
  const ignored = names.filter((name) => !known.has(name))
  if (missing.length === 0) {
    if (ignored.length === 0 || extraColumns === 'ignore') return { ignored }
    throw new RegimenError('DatasetSchemaMismatch', {
      what: `column${ignored.length === 1 ? '' : 's'} ${listed(ignored)} unknown to the schema contract`,
      where: uri,
      expected: `the ${columns.length} columns of the project's schema contract, and no others`,
      do: 'leave them out of the file, or name them in source.columns of the project (source.extraColumns can say "ignore")',
    })
  }
  // Without a header the first row stands for it, and its cells must not reach a message.
  if (ignored.length === names.length)
    throw new RegimenError('DatasetSchemaMismatch', {
      what: 'no column of the header is known to the schema contract',
      where: uri,
      got: `${names.length} other ${names.length === 1 ? 'name' : 'names'}`,
      expected: `${listed(missing)}`,
      do: 'put the names of the columns into the first row, or correct source.columns of the project',
    })
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
