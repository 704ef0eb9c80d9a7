/** Walks over a file once: what it is, its header, its rows, and where it may be cut; refuses what cannot be read. */
import { RegimenError } from '../errors.ts'
import { checkNames } from './check-names.ts'
import { type Encoding, parseHeader, sniffEncoding } from './csv-header.ts'
import { parseRecords } from './csv-records.ts'
import { decoded, TextFault } from './decode-text.ts'
import { decompressed, maxTextBytes } from './decompress.ts'
import type { SchemaContract, SourceFile } from './plan.ts'
import { CsvScan } from './scan-csv.ts'
import { LineScan } from './scan-lines.ts'
import { sketchOrigins } from './sketch-origins.ts'
import { sniffContainer, sniffTextFormat } from './sniff-format.ts'
import { type ByteSource, storedChunks } from './source-text-store.ts'
import { Utf8Check } from './utf8-check.ts'

const headBytes = 1_024 * 1_024
const sampleRows = 1_000

type Columns = Pick<SchemaContract, 'columns'>

/** What the first megabyte tells of a CSV: the rest of the walk may speak against it. */
export type Glimpse = Pick<SourceFile, 'header' | 'delimiter'> & {
  /** The file seems to be readable as it is: neither compressed nor marked nor UTF-16. */
  readonly isPlain: boolean
}

/** Takes the text of a CSV as UTF-8 or Latin-1, without byte order mark, when the walk has let it pass. */
export interface TextTaker {
  push(chunk: Uint8Array): void
}

export interface WalkOptions {
  readonly partBytes: number
  /** Of text that are walked over. @default no limit */
  readonly maxBytes?: number
  /** Called before the walk of a CSV; who answers with a taker gets its text. */
  readonly onGlimpse?: (glimpse: Glimpse) => TextTaker | undefined
}

/**
 * @throws RegimenError `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch` (broken header).
 */
export async function walkSource(
  source: ByteSource,
  contract: Columns,
  { partBytes, maxBytes = Number.POSITIVE_INFINITY, onGlimpse }: WalkOptions,
): Promise<SourceFile> {
  const { uri, versionId, bytes } = source
  if (bytes === 0) parseHeader('', uri)
  const container = sniffContainer(await source.read(0, Math.min(16, bytes)), uri)
  if (container === 'parquet') {
    // Text needs no DuckDB.
    const { walkParquet } = await import('./parquet-store.ts')
    return await walkParquet(source, contract)
  }
  if (bytes > maxBytes) throw tooLarge(uri, maxBytes)
  const compression = container === 'text' ? 'none' : container
  const stored = await readHead(decompressed(storedChunks(source), compression, uri))
  if (compression !== 'none' && sniffContainer(stored.head, uri) !== 'text') throw nested(uri)
  const { encoding: sniffed, mark } = sniffEncoding(stored.head)
  const wide = sniffed?.startsWith('utf-16') ? sniffed : undefined
  if (wide !== undefined && bytes > maxTextBytes()) throw tooWide(uri)
  const marked = sniffed === 'utf-8' ? mark : 0
  const text =
    wide === undefined
      ? { ...stored, head: stored.head.subarray(marked) }
      : await readHead(decoded(all(stored), wide))
  const format = sniffTextFormat(text.head.toString('utf8', 0, 4_096), uri)
  const options = { partBytes, uri, offset: marked }
  const table = format === 'csv' ? new CsvTable(text, contract, options) : new LinesTable(contract, options)
  const isStored = compression === 'none'
  const isPlain = isStored && sniffed === undefined
  const taker = table instanceof CsvTable ? onGlimpse?.({ ...table.glimpse, isPlain }) : undefined
  // What is decompressed or decoded is no chunk of the source.
  const onDone = isStored && wide === undefined ? source.giveBack : undefined
  const kind = await readAll({ ...text, taker, onDone }, table.scan, uri, wide ?? 'utf-8')
  const encoding: Encoding = wide ?? kind.encoding
  if (encoding === 'latin-1' && (marked > 0 || format === 'jsonl')) throw broken(uri, kind.stray, 'UTF-8')
  return { uri, versionId, bytes, format, encoding, compression, ...table.end(encoding) }
}

interface HeadedText {
  readonly head: Buffer
  readonly rest: AsyncGenerator<Buffer>
  /** The head is all there is. */
  readonly whole: boolean
}

interface Table {
  readonly scan: { readonly place: string; push(chunk: Buffer): void }
  end(encoding: Encoding): Pick<SourceFile, 'header' | 'delimiter' | 'rows' | 'cuts' | 'shifts' | 'irregular'>
}

interface ScanOptions {
  readonly partBytes: number
  readonly uri: string
  readonly offset: number
}

class CsvTable implements Table {
  readonly scan: CsvScan
  readonly glimpse: Pick<Glimpse, 'header' | 'delimiter'>
  readonly #text: HeadedText
  readonly #columns: Columns
  readonly #uri: string

  constructor(text: HeadedText, columns: Columns, options: ScanOptions) {
    this.#text = {
      ...text,
      head: text.head.subarray(0, headBytes),
      whole: text.whole && text.head.length <= headBytes,
    }
    this.#columns = columns
    this.#uri = options.uri
    const { head, whole } = this.#text
    const { names, delimiter } = parseHeader(head.toString('utf8'), options.uri, whole)
    this.scan = new CsvScan({ ...options, delimiter, columns: names.length })
    this.glimpse = { header: names, delimiter }
  }

  end(encoding: Encoding) {
    const { rows, cuts, irregular } = this.scan.end()
    // Names are read once the encoding is known: only a walk over all of it tells a Latin-1 file.
    const { head, whole } = this.#text
    const text = encoding === 'latin-1' ? new TextDecoder('windows-1252').decode(head) : head.toString('utf8')
    const { names, delimiter } = parseHeader(text, this.#uri, whole)
    const { records } = parseRecords(text, delimiter, sampleRows + 1, whole)
    const shifts = sketchOrigins(names, records.slice(1), this.#columns.columns)
    return { header: names, delimiter, rows, cuts, shifts, irregular }
  }
}

class LinesTable implements Table {
  readonly scan: LineScan
  readonly #columns: Columns
  readonly #uri: string

  constructor(columns: Columns, options: ScanOptions) {
    this.#columns = columns
    this.#uri = options.uri
    this.scan = new LineScan({ ...options, sampleRows })
  }

  end() {
    const { rows, cuts, header, sample } = this.scan.end()
    if (header.length === 0)
      throw new RegimenError('DatasetUnreadable', {
        what: 'no line has a key',
        where: this.#uri,
        do: 'write each row as a JSON object of column names and values',
      })
    checkNames(header, this.#uri)
    const texts = sample.map((cells) => header.map((_, at) => cells[at] ?? ''))
    const shifts = sketchOrigins(header, texts, this.#columns.columns)
    return { header, delimiter: ',' as const, rows, cuts, shifts, irregular: false }
  }
}

/** Feeds the scan, and finds out what the bytes are and in which row they are first not UTF-8. */
async function readAll(
  text: HeadedText & {
    readonly taker: TextTaker | undefined
    /** Called with every chunk but the head once it has been read. */
    readonly onDone: ((chunk: Buffer) => void) | undefined
  },
  scan: Table['scan'],
  uri: string,
  encoding: Encoding,
) {
  const utf8 = new Utf8Check()
  let stray = ''
  try {
    for await (const chunk of all(text)) {
      const at = utf8.push(chunk)
      const known = Math.max(0, at ?? 0)
      if (at !== undefined) {
        scan.push(chunk.subarray(0, known))
        stray = scan.place
      }
      scan.push(chunk.subarray(known))
      text.taker?.push(chunk)
      if (chunk !== text.head) text.onDone?.(chunk)
    }
  } catch (error) {
    if (error instanceof TextFault) throw broken(uri, scan.place, encoding.toUpperCase(), error.message)
    throw error
  }
  if (stray === '') stray = scan.place
  const kind = utf8.end()
  if (kind === 'broken') throw broken(uri, stray, 'UTF-8')
  return { encoding: kind, stray }
}

/** The first megabyte (or all there is), and the rest as it comes; broken text shows when the rest is read. */
async function readHead(chunks: AsyncGenerator<Buffer>): Promise<HeadedText> {
  const read: Buffer[] = []
  let length = 0
  let whole = false
  let rest = chunks
  while (length < headBytes && !whole) {
    try {
      const { value, done } = await chunks.next()
      whole = done === true
      if (value !== undefined) read.push(value)
      length += value?.length ?? 0
    } catch (error) {
      if (!(error instanceof TextFault)) throw error
      rest = failing(error)
      break
    }
  }
  return { head: read.length === 1 && read[0] !== undefined ? read[0] : Buffer.concat(read), rest, whole }
}

async function* all({ head, rest }: HeadedText): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}

// biome-ignore lint/correctness/useYield: it ends where the text does.
async function* failing(error: TextFault): AsyncGenerator<Buffer> {
  throw error
}

const broken = (uri: string, place: string, encoding: string, got = 'a byte that belongs to no character') =>
  new RegimenError('DatasetUnreadable', {
    what: `the text is broken ${encoding}: ${place}`,
    where: uri,
    got,
    do: 'export the file again in UTF-8',
  })

const nested = (uri: string) =>
  new RegimenError('DatasetUnreadable', {
    what: 'the compressed file holds no text',
    where: uri,
    expected: 'CSV or newline-delimited JSON, compressed once',
    do: 'upload what is in it',
  })

const tooWide = (uri: string) =>
  new RegimenError('DatasetUnreadable', {
    what: 'the file is too large for UTF-16',
    where: uri,
    expected: `at most ${maxTextBytes()} bytes`,
    do: 'upload it in UTF-8 or as Parquet, which are read in parts',
  })

const tooLarge = (uri: string, limit: number) =>
  new RegimenError('DatasetUnreadable', {
    what: 'there is more text than one run plans',
    where: uri,
    expected: `at most ${limit} bytes here, after the files before it`,
    do: 'upload it as Parquet, or in several datasets',
  })
