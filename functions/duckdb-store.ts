/** DuckDB opened within a Lambda's limits, answering column by column; its errors never carry a value of a row. */
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api'
import { copyNumbers, TextCopier } from './duckdb-vector-store.ts'

/** DOUBLE columns come as Float64Array (null = NaN), every other one as text or null. */
export type ColumnValues = Float64Array | (string | null)[]

/** What DuckDB refused, in words that name SQL and columns, never cell contents. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

export interface Database {
  run(sql: string): Promise<void>
  /** Runs a SELECT whose columns are DOUBLE or VARCHAR (cast the others). */
  columns(sql: string): Promise<{ rows: number; columns: Record<string, ColumnValues> }>
  close(): void
}

/**
 * Limits come from env DUCKDB_MEMORY_MB (default 600) and DUCKDB_THREADS (default 1: a thread of DuckDB that finds no
 * work spins, which takes the core from whoever works beside it); what exceeds memory goes to disk.
 */
export async function openDatabase(temporaryDirectory?: string): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${process.env.DUCKDB_MEMORY_MB ?? '600'}MB`,
    threads: process.env.DUCKDB_THREADS ?? '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(temporaryDirectory === undefined ? {} : { temp_directory: temporaryDirectory }),
  })
  const connections = new Connections(instance)
  return {
    run: (sql) => connections.lend((connection) => guarded(async () => void (await connection.run(sql)))),
    columns: (sql) => connections.lend((connection) => guarded(() => readColumns(connection, sql))),
    close() {
      connections.closeSync()
      instance.closeSync()
    },
  }
}

/** Statements of one database that run at the same time, each on a thread of its own. */
const statementsAtOnce = 2

/** A connection answers one statement after the other; a second one answers beside it. */
class Connections {
  readonly #instance: DuckDBInstance
  readonly #open: DuckDBConnection[] = []
  readonly #idle: DuckDBConnection[] = []
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = []
  #lent = 0

  constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  async lend<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.#take()
    try {
      return await work(connection)
    } finally {
      this.#giveBack(connection)
    }
  }

  async #take(): Promise<DuckDBConnection> {
    if (this.#lent === statementsAtOnce)
      return await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve))
    this.#lent++
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const connection = await this.#instance.connect()
    this.#open.push(connection)
    // It begins with the machine's zone, in which a time with a zone would be another text, and another day.
    await connection.run("SET TimeZone = 'UTC'")
    return connection
  }

  #giveBack(connection: DuckDBConnection): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next(connection)
    else {
      this.#lent--
      this.#idle.push(connection)
    }
  }

  closeSync(): void {
    for (const connection of this.#open) connection.closeSync()
  }
}

/** The numbers of a DOUBLE column. @throws TypeError when it is none: the SELECT lacks a cast. */
export function numbersOf(values: ColumnValues | undefined): Float64Array {
  if (values instanceof Float64Array) return values
  throw new TypeError('not a DOUBLE column of the answer')
}

/** The texts of a VARCHAR column. @throws TypeError when it is none: the SELECT lacks a cast. */
export function textsOf(values: ColumnValues | undefined): (string | null)[] {
  if (Array.isArray(values)) return values
  throw new TypeError('not a VARCHAR column of the answer')
}

async function readColumns(connection: DuckDBConnection, sql: string) {
  const result = await connection.run(sql)
  const names = result.columnNames()
  const numeric = names.map((_, at) => result.columnTypeId(at) === DuckDBTypeId.DOUBLE)
  const chunks = await result.fetchAllChunks()
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  const columns: Record<string, ColumnValues> = Object.create(null)
  for (const [at, name] of names.entries())
    columns[name] = numeric[at] ? numbersAt(chunks, at, rows) : textsAt(chunks, at, rows)
  return { rows, columns }
}

function numbersAt(chunks: readonly DuckDBDataChunk[], at: number, rows: number): Float64Array {
  const values = new Float64Array(rows)
  let row = 0
  for (const chunk of chunks) {
    copyNumbers(chunk.getColumnVector(at), chunk.rowCount, values, row)
    row += chunk.rowCount
  }
  return values
}

function textsAt(chunks: readonly DuckDBDataChunk[], at: number, rows: number): (string | null)[] {
  const values = new Array<string | null>(rows)
  const copier = new TextCopier()
  let row = 0
  for (const chunk of chunks) {
    copier.copy(chunk.getColumnVector(at), chunk.rowCount, values, row)
    row += chunk.rowCount
  }
  return values
}

/** These speak of the SQL text; every other kind of DuckDB's errors quotes the cell that it stumbled over. */
const aboutSql = /^(Parser|Binder|Catalog|Permission|Not implemented|Out of Memory|IO) Error/

/** A column of bytes, or of texts in another encoding, which is read as text. */
export const notUtf8 = 'bytes that are no UTF-8'

async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown'
    const [line = ''] = message.split('\n')
    if (/is not valid UTF8|Invalid string encoding/i.test(message)) throw new DatabaseError(notUtf8)
    // The original is left out as `cause` on purpose: it would reach the log with a row in it.
    throw new DatabaseError(aboutSql.test(line) ? line : line.split(':')[0])
  }
}
