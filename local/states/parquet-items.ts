/** Items in a Parquet file: one object a row, read by DuckDB. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StateFailure } from './failure.ts'

/** @throws StateFailure States.ItemReaderFailed */
export async function parquetItems(bytes: Buffer): Promise<unknown[]> {
  // Tens of megabytes, for those who read Parquet.
  const { openDatabase, textsOf, DatabaseError } = await import('../../functions/duckdb-store.ts')
  const directory = await mkdtemp(join(tmpdir(), 'items-'))
  const database = await openDatabase(directory)
  try {
    const file = join(directory, 'items.parquet')
    await writeFile(file, bytes, { mode: 0o600 })
    const { columns } = await database.columns(
      `SELECT to_json(item)::VARCHAR AS item FROM read_parquet('${file.replaceAll("'", "''")}') AS item`,
    )
    return textsOf(columns.item).map((text) => JSON.parse(text ?? 'null'))
  } catch (error) {
    if (error instanceof DatabaseError) {
      throw new StateFailure('States.ItemReaderFailed', 'the object is not a Parquet file that can be read')
    }
    throw error
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}
