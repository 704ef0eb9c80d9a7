/** Walks over a file once: what it is, its header, its rows, and where it may be cut; refuses what cannot be read. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numbersOf, openDatabase, textsOf } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import { quoteText } from '../quote-sql.ts'
import { type Encoding, parseHeader, sniffEncoding } from './csv-header.ts'
import { parseRecords } from './csv-records.ts'
import type { SchemaContract, SourceFile } from './plan.ts'
import { CsvScan } from './scan-csv.ts'
import { LineScan } from './scan-lines.ts'
import { sketchOrigins } from './sketch-origins.ts'
import { sniffContainer, sniffTextFormat } from './sniff-format.ts'
import { type ByteSource, decoded, decompressed, storedChunks } from './source-text-store.ts'
import { Utf8Check } from './utf8-check.ts'

const headBytes = 1_024 * 1_024
const sampleRows = 1_000

/** @throws RegimenError `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch` (broken header). */
export async function walkSource(
  source: ByteSource,
  contract: Pick<SchemaContract, 'columns'>,
  partBytes: number,
): Promise<SourceFile> {
  const { uri, versionId, bytes } = source
  if (bytes === 0) parseHeader('', uri)
  const container = sniffContainer(await source.read(0, Math.min(16, bytes)), uri)
  if (container === 'parquet') return walkParquet(source)
  const compression = container === 'text' ? 'none' : container
  const chunks = decompressed(storedChunks(source), compression, uri)
  const { first, rest } = await readHead(chunks)
  const sniffed = sniffEncoding(first)
  const marked = sniffed.encoding === 'utf-8' ? sniffed.mark : 0
  const wide = sniffed.encoding?.startsWith('utf-16') ? sniffed.encoding : undefined
  const text = wide === undefined ? replay(first.subarray(marked), rest) : decoded(replay(first, rest), wide)
  const { first: textHead, rest: textRest } = await readHead(text)
  const format = sniffTextFormat(textHead.toString('utf8'))
  // Names are read as UTF-8 where they are; only a walk over all of it tells a Latin-1 file.
  const utf8 = new Utf8Check()
  const layout =
    format === 'csv'
      ? csvLayout(textHead.toString('utf8'), uri, contract)
      : jsonLayout(textHead.toString('utf8'), uri, contract)
  const scan =
    format === 'csv'
      ? new CsvScan({
          delimiter: layout.delimiter,
          columns: layout.header.length,
          partBytes,
          uri,
          offset: marked,
        })
      : new LineScan({ partBytes, uri, offset: marked })
  for await (const chunk of replay(textHead, textRest)) {
    utf8.push(chunk)
    scan.push(chunk)
  }
  const { rows, cuts } = scan.end()
  const encoding: Encoding = wide ?? (utf8.end() ? 'utf-8' : 'latin-1')
  const named =
    encoding === 'latin-1' && format === 'csv' ? csvLayout(windows1252(textHead), uri, contract) : layout
  return { uri, versionId, bytes, format, ...named, encoding, compression, rows, cuts }
}

const windows1252 = (bytes: Buffer) => new TextDecoder('windows-1252').decode(bytes)

function csvLayout(text: string, uri: string, contract: Pick<SchemaContract, 'columns'>) {
  const { names, delimiter } = parseHeader(text, uri)
  const sample = parseRecords(text, delimiter, sampleRows + 1).slice(1)
  return { header: names, delimiter, shifts: sketchOrigins(names, sample, contract.columns) }
}

function jsonLayout(text: string, uri: string, contract: Pick<SchemaContract, 'columns'>) {
  const lines = text.split('\n', sampleRows).filter((line) => line.trim() !== '')
  const records = lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line)
      return typeof value === 'object' && value !== null ? [value] : []
    } catch {
      // The last line of the head may be cut; a broken line elsewhere is refused when its part is read.
      return []
    }
  })
  const names = [...new Set(records.flatMap(Object.keys))]
  if (names.length === 0)
    throw new RegimenError('DatasetUnreadable', { what: 'no line is a JSON object', where: uri })
  const rows = records.map((record) => {
    const byName = new Map<string, unknown>(Object.entries(record))
    return names.map((name) => String(byName.get(name) ?? ''))
  })
  return { header: names, delimiter: ',' as const, shifts: sketchOrigins(names, rows, contract.columns) }
}

/** The first megabyte (or all there is), and the rest as it comes. */
async function readHead(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ first: Buffer; rest: AsyncGenerator<Buffer> }> {
  const read: Buffer[] = []
  let length = 0
  while (length < headBytes) {
    const { value, done } = await chunks.next()
    if (done === true) break
    read.push(value)
    length += value.length
  }
  return { first: read.length === 1 && read[0] !== undefined ? read[0] : Buffer.concat(read), rest: chunks }
}

async function* replay(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  yield* rest
}

async function walkParquet(source: ByteSource): Promise<SourceFile> {
  const { uri, versionId, bytes } = source
  const directory = await mkdtemp(join(tmpdir(), 'regimen-plan-'))
  const database = await openDatabase()
  try {
    const path = quoteText(await source.onDisk(directory))
    const names = await database.columns(
      `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${path}))`,
    )
    const groups = await database.columns(
      `SELECT max(row_group_num_rows)::DOUBLE AS n, sum(total_compressed_size)::DOUBLE AS bytes
       FROM parquet_metadata(${path}) GROUP BY row_group_id ORDER BY row_group_id`,
    )
    const sizes = numbersOf(groups.columns.bytes)
    const rowGroups = Array.from(numbersOf(groups.columns.n), (rows, at) => ({ rows, bytes: sizes[at] ?? 0 }))
    const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0)
    if (rows === 0) throw new RegimenError('DatasetEmpty', { what: 'the file has no rows', where: uri })
    const file = { uri, versionId, bytes, format: 'parquet', encoding: 'utf-8', compression: 'none' } as const
    return {
      ...file,
      header: textsOf(names.columns.column_name).map(String),
      rows,
      cuts: [],
      rowGroups,
      shifts: {},
    }
  } catch (error) {
    if (error instanceof RegimenError) throw error
    throw new RegimenError(
      'DatasetUnreadable',
      { what: 'the Parquet file is broken', where: uri },
      { cause: error },
    )
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}
