/** Reads the row samples that profiling left in a run, and merges those of its parts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../duckdb-store.ts'
import { download, headIfThere } from '../object-store.ts'
import { type RowSample, sampledRows } from '../profile/row-sample.ts'
import { sampleColumns, sampleOf } from '../profile/row-sample-store.ts'
import { quoteName, quoteText } from '../quote-sql.ts'

/** Parts that are read: beyond, evenly spread ones stand for all. */
const mostParts = 64

/** Undefined when the run left no sample. @param uriOf the object of a part. */
export async function readRowSample(
  uriOf: (index: number) => string,
  parts: number,
): Promise<RowSample | undefined> {
  const count = Math.min(parts, mostParts)
  const directory = await mkdtemp(join(tmpdir(), 'regimen-sample-'))
  const database = await openDatabase(directory)
  try {
    const files: string[] = []
    for (let at = 0; at < count; at++) {
      const uri = uriOf(Math.floor((at * parts) / count))
      if ((await headIfThere(uri)) === undefined) return undefined
      const file = join(directory, `${at}.parquet`)
      await download({ uri }, file)
      files.push(file)
    }
    if (files.length === 0) return undefined
    const all = `read_parquet([${files.map(quoteText).join(', ')}], union_by_name = true)`
    return await sampleOf(
      database,
      `SELECT * FROM ${all} ORDER BY ${quoteName(sampleColumns.place)} LIMIT ${sampledRows}`,
    )
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}
