/** A uniform sample of the rows of a part: the rows whose places hash lowest, so that samples of parts merge to one of the whole. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName, isNumeric, typedSql } from '../dataset/typed-columns.ts'
import { type Database, numbersOf } from '../duckdb-store.ts'
import type { Project, SourceColumn } from '../project.ts'
import { putFile } from '../put-file-store.ts'
import { quoteName, quoteText } from '../quote-sql.ts'
import { numberSql } from './column-plan.ts'
import { isSampled, type RowSample, sampledRows, sampleGroups } from './row-sample.ts'

/** Names that no source column can have, because a header cell holds no control character. */
export const sampleColumns = { place: '\u0001place', group: '\u0001group' } as const

export interface SampleOptions {
  readonly columns: readonly SourceColumn[]
  /** What tells the rows of this part from those of others. */
  readonly salt: string
  /** Rows of one entity get one number of a thousand; without a key every row has its own. */
  readonly entityKey?: string
}

/** SELECT of at most `sampledRows` rows: place (text), group (number), then DOUBLE or VARCHAR per column. */
export function sampleSql({ header }: Pick<OpenPart, 'header'>, options: SampleOptions): string {
  const { salt, entityKey } = options
  const place = `md5(${quoteText(`${salt}:`)} || (row_number - 1))`
  const at = entityKey === undefined ? -1 : header.indexOf(entityKey)
  const whose = at < 0 ? place : `coalesce(md5('sample:' || ${cellName(at)}), ${place})`
  const columns = options.columns.flatMap((column) => {
    const index = header.indexOf(column.name)
    if (index < 0 || !isSampled(column) || column.name === entityKey) return []
    const typed = typedSql(column.type, cellName(index))
    const value = isNumeric(column.type) ? numberSql(column.type, typed) : `CAST(${typed} AS VARCHAR)`
    return [`${value} AS ${quoteName(column.name)}`]
  })
  return `SELECT ${[
    `${place} AS ${quoteName(sampleColumns.place)}`,
    `CAST(CAST('0x' || substr(${whose}, 1, 8) AS BIGINT) % ${sampleGroups} AS DOUBLE) AS ${quoteName(sampleColumns.group)}`,
    ...columns,
  ].join(', ')} FROM cells ORDER BY 1 LIMIT ${sampledRows}`
}

/** Writes the sample of a part as Parquet: rows of people, so it lies in the run's own prefix and in no report. */
export async function writeRowSample(
  open: OpenPart,
  project: Project,
  salt: string,
  uri: string,
): Promise<void> {
  const file = join(open.directory, 'sample.parquet')
  const { source, entityKey } = project
  const query = sampleSql(open, { columns: source.columns, salt, entityKey })
  await open.database.run(`COPY (${query}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`)
  await putFile(uri, file)
  await rm(file)
}

/** The sample of a table that is open. */
export const sampleTable = (open: OpenPart, options: SampleOptions): Promise<RowSample> =>
  sampleOf(open.database, sampleSql(open, options))

/** @param query a SELECT as `sampleSql` is one. */
export async function sampleOf(database: Database, query: string): Promise<RowSample> {
  const { rows, columns } = await database.columns(query)
  const named = Object.entries(columns).filter(
    ([name]) => name !== sampleColumns.place && name !== sampleColumns.group,
  )
  return { rows, columns: Object.fromEntries(named), groups: numbersOf(columns[sampleColumns.group]) }
}
