/** Opens one part of a source as DuckDB's `cells` (text) and view `raw` (typed by the schema contract). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, DatabaseError, notUtf8, openDatabase } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import type { Project } from '../project.ts'
import { together } from '../together.ts'
import { bytesColumn } from './bytes-column-store.ts'
import { cellFile } from './cell-file-store.ts'
import { type CellSource, loadCellsSql } from './load-cells.ts'
import { objectSource } from './object-source-store.ts'
import type { Part } from './part.ts'
import { rawViewSql } from './typed-columns.ts'

export interface OpenPart {
  readonly database: Database
  /** Rows in `cells`. */
  readonly rows: number
  /** Every column of the file, in order; column i is `cells.c<i>`. */
  readonly header: readonly string[]
  /** A directory of this part, gone after `close`. */
  readonly directory: string
  close(): Promise<void>
}

/**
 * @throws RegimenError `DatasetUnreadable` when the part does not hold the rows that the plan counted,
 * `DatasetChanged` when the version that was planned is gone.
 */
export async function openPart(part: Part, { columns, nullTokens }: Project['source']): Promise<OpenPart> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-part-'))
  const header = part.header ?? columns.map(({ name }) => name)
  try {
    const { uri, versionId, byteEnd } = part
    const bytes = part.objectBytes ?? byteEnd
    const source = objectSource({ uri, versionId, bytes })
    const cells = await cellFile(source, part, header, directory).catch((error: unknown) => gone(uri, error))
    return await openCells(
      { ...cells, nullTokens },
      { directory, where: `${uri}, part ${part.index}`, columns, rows: part.rows },
    )
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** The same for a file on disk; `close` removes `directory`. */
export async function openCells(
  source: CellSource,
  options: {
    directory: string
    where: string
    columns?: Project['source']['columns']
    rows?: number | undefined
    /** Tables that share the columns and are loaded at the same time. @default one, of which rows may be deleted */
    tablesAtOnce?: number
  },
): Promise<OpenPart> {
  const { directory, where, tablesAtOnce = 1 } = options
  const database = await openDatabase(directory)
  try {
    const { tables, count, view } = loadCellsSql(source, tablesAtOnce)
    await together(tables.map((table) => database.run(table))).catch(async (error: unknown) => {
      const isBytes =
        source.format === 'parquet' && error instanceof DatabaseError && error.message === notUtf8
      throw isBytes ? await bytesColumn(database, source.file, source.header, where) : error
    })
    const counted = await database.columns(count)
    const [rows = 0, ...others] = Object.values(counted.columns).map((counts) => Number(counts[0]))
    if (others.some((other) => other !== rows))
      throw unreadable(where, `${others.join(', ')} rows of some columns, ${rows} of the others`)
    if (view !== undefined) await database.run(view)
    if (options.rows !== undefined && options.rows !== rows)
      throw unreadable(where, `${rows} rows where the plan counted ${options.rows}`)
    if (options.columns !== undefined) await database.run(rawViewSql(options.columns, source.header))
    return {
      database,
      rows,
      header: source.header,
      directory,
      async close() {
        database.close()
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    database.close()
    if (error instanceof DatabaseError) throw unreadable(where, error.message, error)
    throw error
  }
}

function unreadable(where: string, got: string, cause?: unknown): RegimenError {
  return new RegimenError(
    'DatasetUnreadable',
    {
      what: 'the part cannot be read as a table',
      where,
      got,
      do: 'check that the file keeps RFC 4180, or that no column of it holds bytes (Parquet)',
    },
    { cause },
  )
}

function gone(uri: string, error: unknown): never {
  if (error instanceof Error && ['NoSuchVersion', 'NoSuchKey', 'NotFound'].includes(error.name))
    throw new RegimenError(
      'DatasetChanged',
      { what: 'the object that was planned is gone', where: uri, do: 'start the run again' },
      { cause: error },
    )
  throw error
}
