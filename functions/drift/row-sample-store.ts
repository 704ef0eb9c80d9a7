/** Reads the row samples that profiling left in a run, and merges those of its parts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenPart } from '../dataset/part-store.ts'
import { type Database, numbersOf, openDatabase } from '../duckdb-store.ts'
import { download, headIfThere } from '../object-store.ts'
import { type SampleOptions, sampleColumns, sampledRows, sampleSql } from '../profile/row-sample-store.ts'
import { quoteName, quoteText } from '../quote-sql.ts'
import type { RowSample } from './sampled-rows.ts'

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

/** The sample of a table that is open. */
export const sampleTable = (open: OpenPart, options: SampleOptions): Promise<RowSample> =>
  sampleOf(open.database, sampleSql(open, options))

async function sampleOf(database: Database, query: string): Promise<RowSample> {
  const { rows, columns } = await database.columns(query)
  const named = Object.entries(columns).filter(
    ([name]) => name !== sampleColumns.place && name !== sampleColumns.group,
  )
  return { rows, columns: Object.fromEntries(named), groups: numbersOf(columns[sampleColumns.group]) }
}
