/** Brings a part of a source to disk in a form that DuckDB reads as RFC 4180 and RFC 8259 mean it. */
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RegimenError } from '../errors.ts'
import { decoded, TextFault } from './decode-text.ts'
import { decompressed } from './decompress.ts'
import { JsonFault, JsonTable } from './json-table.ts'
import type { CellSource } from './load-cells.ts'
import { fetchRowGroups } from './parquet-store.ts'
import type { Part } from './part.ts'
import { CsvRewriter } from './rewrite-csv.ts'
import { type ByteSource, storedChunks } from './source-text-store.ts'
import { textRange } from './text-range.ts'
import { cellLine } from './write-cells.ts'

/** A part, or a whole file as the walk found it. */
export type Stretch = Pick<
  Part,
  | 'format'
  | 'byteStart'
  | 'byteEnd'
  | 'rowGroups'
  | 'delimiter'
  | 'encoding'
  | 'compression'
  | 'irregular'
  | 'firstRow'
>

const flushCharacters = 1 << 18

/** @throws RegimenError `DatasetUnreadable` when the bytes are not those that were planned. */
export async function cellFile(
  source: ByteSource,
  stretch: Stretch,
  header: readonly string[],
  directory: string,
): Promise<Omit<CellSource, 'nullTokens'>> {
  const file = join(directory, 'source')
  if (stretch.format === 'parquet') {
    if (stretch.rowGroups === undefined)
      return { file: await source.onDisk(directory), format: 'parquet', header, hasHeader: false }
    await fetchRowGroups(source, stretch.rowGroups, file)
    return { file, format: 'parquet', header, hasHeader: false }
  }
  try {
    return await textFile(source, stretch, header, file, directory)
  } catch (error) {
    if (error instanceof TextFault || error instanceof JsonFault)
      throw new RegimenError(
        'DatasetUnreadable',
        {
          what: 'the part is not what was planned',
          where: source.uri,
          got: error.message,
          do: 'start the run again',
        },
        { cause: error },
      )
    throw error
  }
}

async function textFile(
  source: ByteSource,
  stretch: Stretch,
  header: readonly string[],
  file: string,
  directory: string,
): Promise<Omit<CellSource, 'nullTokens'>> {
  const { format, delimiter, irregular = false } = stretch
  // Every part has rows, so the first one alone begins with row 0.
  const hasHeader = format === 'csv' && (stretch.firstRow ?? 0) === 0
  const written = { file, format: 'csv', header, hasHeader } as const
  if (format === 'jsonl') {
    await pipeline(jsonLines(textOf(source, stretch), header), createWriteStream(file))
    return { ...written, delimiter: ',' }
  }
  if (isPlain(stretch)) {
    const whole = stretch.byteStart === 0 && stretch.byteEnd === source.bytes
    const found = await (whole
      ? source.onDisk(directory)
      : source.onDisk(directory, stretch.byteStart, stretch.byteEnd))
    // A mark in mid-file belongs to its cell, and DuckDB would drop it.
    if (!(await isMarked(found))) return { ...written, file: found, delimiter }
  } else if (!irregular) {
    await pipeline(textOf(source, stretch), createWriteStream(file))
    if (!(await isMarked(file))) return { ...written, delimiter }
  }
  const rewriter = new CsvRewriter({ delimiter: delimiter ?? ',', columns: header.length })
  await pipeline(rewritten(textOf(source, stretch), rewriter), createWriteStream(file))
  return { ...written, delimiter: ',' }
}

const isPlain = ({ encoding = 'utf-8', compression = 'none', irregular = false }: Stretch) =>
  encoding === 'utf-8' && compression === 'none' && !irregular

/** The text in UTF-8. Its range counts stored bytes, or those of the text where it is compressed or of wide characters. */
function textOf(source: ByteSource, stretch: Stretch): AsyncGenerator<Buffer> {
  const { byteStart, byteEnd, encoding = 'utf-8', compression = 'none' } = stretch
  if (encoding.startsWith('utf-16')) {
    const text = decoded(decompressed(storedChunks(source), compression, source.uri), encoding)
    return textRange(text, byteStart, byteEnd)
  }
  const bytes =
    compression === 'none'
      ? storedChunks(source, byteStart, byteEnd)
      : textRange(decompressed(storedChunks(source), compression, source.uri), byteStart, byteEnd)
  return decoded(bytes, encoding)
}

async function isMarked(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0)
  return bytesRead === 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf
}

async function* rewritten(text: AsyncIterable<Buffer>, rewriter: CsvRewriter): AsyncGenerator<Buffer> {
  for await (const chunk of text) yield rewriter.push(chunk)
  yield rewriter.end()
}

async function* jsonLines(text: AsyncIterable<Buffer>, header: readonly string[]): AsyncGenerator<string> {
  const table = new JsonTable(header)
  let out = ''
  for await (const line of linesOf(text)) {
    if (line.trim() === '') continue
    out += cellLine(table.read(line))
    if (out.length < flushCharacters) continue
    yield out
    out = ''
  }
  yield out
}

async function* linesOf(text: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = []
  for await (const chunk of text) {
    let start = 0
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, start)) {
      const end = chunk.subarray(start, at)
      yield (rest.length === 0 ? end : Buffer.concat([...rest, end])).toString('utf8')
      rest = []
      start = at + 1
    }
    if (start < chunk.length) rest.push(Buffer.from(chunk.subarray(start)))
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8')
}
