/** Parquet files by ranges: the footer to plan, the row groups of a part to read it. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseError, notUtf8, openDatabase, textsOf } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import { quoteText } from '../quote-sql.ts'
import { bytesColumn } from './bytes-column-store.ts'
import { checkNames } from './check-names.ts'
import { parquetCellsSql } from './load-cells.ts'
import { FooterFault, type ParquetFooter, parquetMagic, readParquetFooter } from './parquet-footer.ts'
import type { SchemaContract, SourceFile } from './plan.ts'
import { sketchOrigins } from './sketch-origins.ts'
import { type ByteSource, storedChunks } from './source-text-store.ts'

const sampleRows = 1_000
/** Length and magic number behind the footer. */
const trailerBytes = 8
/** A footer beyond this says more about row groups than it should: 64 MiB. */
const maxFooterBytes = 64 * 1_024 * 1_024

/** @throws RegimenError `DatasetUnreadable`, `DatasetEmpty`, `DatasetSchemaMismatch` (names). */
export async function walkParquet(
  source: ByteSource,
  contract: Pick<SchemaContract, 'columns'>,
): Promise<SourceFile> {
  const { uri, versionId, bytes } = source
  const footer = await footerOf(source)
  const header = footer.columns.map(({ name }) => name)
  checkNames(header, uri)
  const nested = footer.columns.findIndex((column) => column.nested)
  if (nested >= 0)
    throw new RegimenError('DatasetUnreadable', {
      what: `column ${nested + 1} (${JSON.stringify(header[nested]?.slice(0, 60))}) of the Parquet file is nested`,
      where: uri,
      expected: 'one value per row and column',
      do: 'flatten the column, or leave it out',
    })
  const rows = footer.rowGroups.reduce((sum, group) => sum + group.rows, 0)
  if (rows === 0)
    throw new RegimenError('DatasetEmpty', {
      what: 'the file has no rows',
      where: uri,
      do: 'upload a file with rows',
    })
  const rowGroups = footer.rowGroups.map((group) => ({
    rows: group.rows,
    bytes: group.byteEnd - group.byteStart,
  }))
  const first = rowGroups.findIndex((group) => group.rows > 0)
  const shifts = sketchOrigins(header, await sampleOf(source, header, first), contract.columns)
  const kind = { format: 'parquet', encoding: 'utf-8', compression: 'none' } as const
  return { uri, versionId, bytes, ...kind, header, rows, cuts: [], rowGroups, shifts }
}

/**
 * Writes a Parquet file of the row groups named, each at the place where it lies in the source; the rest is a hole that
 * takes no space.
 */
export async function fetchRowGroups(
  source: ByteSource,
  rowGroups: readonly number[],
  path: string,
): Promise<void> {
  const footer = await footerOf(source)
  const structure = broken(source.uri, () => footer.of(rowGroups))
  const file = await open(path, 'w')
  try {
    await file.write(parquetMagic, 0, parquetMagic.length, 0)
    let end = parquetMagic.length
    for (const index of rowGroups) {
      const { byteStart = 0, byteEnd = 0 } = footer.rowGroups[index] ?? {}
      let at = byteStart
      for await (const chunk of storedChunks(source, byteStart, byteEnd)) {
        await file.write(chunk, 0, chunk.length, at)
        at += chunk.length
      }
      end = Math.max(end, byteEnd)
    }
    const length = Buffer.alloc(4)
    length.writeUInt32LE(structure.length)
    await file.write(Buffer.concat([structure, length, parquetMagic]), 0, undefined, end)
  } finally {
    await file.close()
  }
}

async function footerOf(source: ByteSource): Promise<ParquetFooter> {
  const { uri, bytes } = source
  const trailer = bytes < trailerBytes + 4 ? Buffer.alloc(0) : await source.read(bytes - trailerBytes, bytes)
  const length = trailer.length === trailerBytes ? trailer.readUInt32LE(0) : -1
  const whole = trailer.subarray(4).equals(parquetMagic)
  if (!whole || length > Math.min(bytes - trailerBytes - parquetMagic.length, maxFooterBytes))
    throw unreadable(uri, whole ? 'a footer longer than the file' : 'an end without its footer')
  const structure = await source.read(bytes - trailerBytes - length, bytes - trailerBytes)
  return broken(uri, () => readParquetFooter(structure, bytes - trailerBytes - length))
}

/** The first rows as texts; reading them proves that the pages are there. */
async function sampleOf(source: ByteSource, header: readonly string[], group: number): Promise<string[][]> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-plan-'))
  const database = await openDatabase(directory)
  const path = join(directory, 'sample.parquet')
  try {
    await fetchRowGroups(source, [group], path)
    const { rows, columns } = await database.columns(
      `${parquetCellsSql(quoteText(path), header, [])} LIMIT ${sampleRows}`,
    )
    const cells = header.map((_, at) => textsOf(columns[`c${at}`]))
    return Array.from({ length: rows }, (_, row) => cells.map((column) => column[row] ?? ''))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.message === notUtf8) throw await bytesColumn(database, path, header, source.uri)
    throw unreadable(source.uri, error.message, error)
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}

function broken<Result>(uri: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof FooterFault) throw unreadable(uri, `a footer that ${error.message}`, error)
    throw error
  }
}

const unreadable = (uri: string, got: string, cause?: unknown) =>
  new RegimenError(
    'DatasetUnreadable',
    { what: 'the Parquet file is broken', where: uri, got, do: 'write and upload the file again' },
    { cause },
  )
