/** Names the column of a Parquet file that holds bytes; asked only once one is known to be there. */
import { type Database, DatabaseError, notUtf8 } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import { quoteText } from '../quote-sql.ts'
import { parquetCellsSql } from './load-cells.ts'
import { cellName } from './typed-columns.ts'

/** @returns the refusal. @param path of the file on disk. @param where how its reader knows it. */
export async function bytesColumn(
  database: Database,
  path: string,
  header: readonly string[],
  where: string,
): Promise<RegimenError> {
  const at = await placeOf(database, path, header)
  const named = at < 0 ? 'a column' : `column ${at + 1} (${JSON.stringify(header[at]?.slice(0, 60))})`
  return new RegimenError('DatasetUnreadable', {
    what: `${named} of the Parquet file holds bytes that are no text`,
    where,
    got: notUtf8,
    expected: 'texts in UTF-8, numbers, booleans, dates and times',
    do: 'leave the column out, or write it as text',
  })
}

/** Columns one by one, each to its last row. */
async function placeOf(database: Database, path: string, header: readonly string[]): Promise<number> {
  const cells = parquetCellsSql(quoteText(path), header, [])
  for (const at of header.keys()) {
    try {
      await database.columns(`SELECT count(${cellName(at)}) FROM (${cells})`)
    } catch (error) {
      if (error instanceof DatabaseError && error.message === notUtf8) return at
      throw error
    }
  }
  return -1
}
