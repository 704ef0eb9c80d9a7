/** Reads the source objects of a run once and plans their parts; refuses what cannot be read before any part is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import { download, getBytes, head, list, type ObjectHead } from '../object-store.ts'
import { quoteText } from '../quote-sql.ts'
import type { Part } from '../stages.ts'
import { checkHeader } from './check-header.ts'
import { type Encoding, parseHeader, sniffEncoding } from './csv-header.ts'
import { parseRecords } from './csv-records.ts'
import { planParts, type SchemaContract, type SourceFile } from './plan.ts'
import { CsvScan } from './scan-csv.ts'
import { LineScan } from './scan-lines.ts'
import { sketchOrigins } from './sketch-origins.ts'
import { sniffContainer, sniffTextFormat } from './sniff-format.ts'
import { decoded, decompressed, storedChunks } from './source-text-store.ts'
import { Utf8Check } from './utf8-check.ts'

const headBytes = 1_024 * 1_024
const sampleRows = 1_000

export interface Plan {
  readonly parts: Part[]
  readonly files: SourceFile[]
  readonly rows: number
  readonly bytes: number
  /** Columns of the files that the project does not know: they are ignored. */
  readonly ignored: string[]
}

/**
 * @param sourceUri an object, or a prefix that ends in `/`.
 * @param partBytes aimed size of a part.
 * @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`.
 */
export async function planSource(
  sourceUri: string,
  contract: SchemaContract,
  purpose: 'training' | 'inference',
  partBytes: number,
): Promise<Plan> {
  const objects = await findObjects(sourceUri)
  const files: SourceFile[] = []
  const ignored = new Set<string>()
  for (const object of objects) {
    const file = await walk(object, contract, partBytes)
    for (const name of checkHeader(file.header, contract.columns, purpose, file.uri).ignored)
      ignored.add(name)
    files.push(file)
  }
  return {
    parts: planParts(files, partBytes),
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ignored: [...ignored],
  }
}

async function findObjects(sourceUri: string): Promise<ObjectHead[]> {
  const uris = sourceUri.endsWith('/')
    ? (await list(sourceUri))
        .filter(({ bytes, uri }) => bytes > 0 && !/\/[._][^/]*$/.test(uri))
        .map(({ uri }) => uri)
    : [sourceUri]
  const heads: ObjectHead[] = []
  for (const uri of uris) heads.push(await head(uri).catch((error: unknown) => notFound(uri, error)))
  if (heads.length > 0) return heads
  throw new RegimenError('DatasetNotFound', {
    what: 'there is no file below the prefix',
    where: sourceUri,
    do: 'upload one, or name another prefix',
  })
}

function notFound(uri: string, error: unknown): never {
  if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey'))
    throw new RegimenError('DatasetNotFound', { what: 'there is no such file', where: uri }, { cause: error })
  throw error
}

async function walk(object: ObjectHead, contract: SchemaContract, partBytes: number): Promise<SourceFile> {
  const { uri, versionId, bytes } = object
  if (bytes === 0) parseHeader('', uri)
  const container = sniffContainer(
    await getBytes({ uri, versionId, byteStart: 0, byteEnd: Math.min(16, bytes) }),
    uri,
  )
  if (container === 'parquet') return walkParquet(object)
  const compression = container === 'text' ? 'none' : container
  const stored = storedChunks({ uri, versionId, byteStart: 0, byteEnd: bytes })
  const chunks = decompressed(stored, compression, uri)
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

function csvLayout(text: string, uri: string, contract: SchemaContract) {
  const { names, delimiter } = parseHeader(text, uri)
  const sample = parseRecords(text, delimiter, sampleRows + 1).slice(1)
  return { header: names, delimiter, shifts: sketchOrigins(names, sample, contract.columns) }
}

function jsonLayout(text: string, uri: string, contract: SchemaContract) {
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

async function walkParquet(object: ObjectHead): Promise<SourceFile> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-plan-'))
  const database = await openDatabase()
  try {
    const file = join(directory, 'source.parquet')
    await download({ uri: object.uri, versionId: object.versionId }, file)
    const path = quoteText(file)
    const names = await database.columns(
      `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${path}))`,
    )
    const groups = await database.columns(
      `SELECT max(row_group_num_rows)::DOUBLE AS n, sum(total_compressed_size)::DOUBLE AS bytes
       FROM parquet_metadata(${path}) GROUP BY row_group_id ORDER BY row_group_id`,
    )
    const rowGroups = Array.from({ length: groups.rows }, (_, at) => ({
      rows: Number(groups.columns.n?.[at]),
      bytes: Number(groups.columns.bytes?.[at]),
    }))
    const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0)
    if (rows === 0)
      throw new RegimenError('DatasetEmpty', { what: 'the file has no rows', where: object.uri })
    const header = Array.from(names.columns.column_name ?? [], String)
    return {
      ...object,
      format: 'parquet',
      header,
      encoding: 'utf-8',
      compression: 'none',
      rows,
      cuts: [],
      rowGroups,
      shifts: {},
    }
  } catch (error) {
    if (error instanceof RegimenError) throw error
    throw new RegimenError(
      'DatasetUnreadable',
      { what: 'the Parquet file is broken', where: object.uri },
      { cause: error },
    )
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}
