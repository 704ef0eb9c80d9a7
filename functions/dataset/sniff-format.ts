/** Tells from its first bytes what a file is, whatever its name says. */
import { RegimenError } from '../errors.ts'

export type Container = 'gzip' | 'zstd' | 'parquet' | 'text'

/** A byte that may be anything. */
const any = -1

const magics: readonly { bytes: readonly number[]; is: Container | { other: string } }[] = [
  { bytes: [0x1f, 0x8b, 0x08], is: 'gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: 'zstd' },
  { bytes: [0x50, 0x41, 0x52, 0x31], is: 'parquet' },
  { bytes: [0x50, 0x41, 0x52, 0x45], is: { other: 'an encrypted Parquet file' } },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: { other: 'a ZIP archive or a spreadsheet' } },
  { bytes: [0x50, 0x4b, 0x05, 0x06], is: { other: 'an empty ZIP archive' } },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], is: { other: 'a spreadsheet of the old binary kind' } },
  { bytes: [0x25, 0x50, 0x44, 0x46, 0x2d], is: { other: 'a PDF document' } },
  { bytes: [0x89, 0x50, 0x4e, 0x47], is: { other: 'a PNG image' } },
  { bytes: [0xff, 0xd8, 0xff], is: { other: 'a JPEG image' } },
  { bytes: [0x42, 0x5a, 0x68, any, 0x31, 0x41, 0x59], is: { other: 'bzip2' } },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: { other: 'xz' } },
  { bytes: [0x04, 0x22, 0x4d, 0x18], is: { other: 'LZ4' } },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], is: { other: 'a 7z archive' } },
  { bytes: [0x52, 0x61, 0x72, 0x21, 0x1a], is: { other: 'a RAR archive' } },
  { bytes: [0x4f, 0x62, 0x6a, 0x01], is: { other: 'Avro' } },
  { bytes: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31, 0x00], is: { other: 'Arrow' } },
  { bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66], is: { other: 'an SQLite database' } },
  { bytes: [0x89, 0x48, 0x44, 0x46], is: { other: 'HDF5' } },
  { bytes: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], is: { other: 'a NumPy array' } },
  { bytes: [0x80, any, 0x95], is: { other: 'a Python pickle, which is never loaded' } },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], is: { other: 'a program' } },
]

/** What may follow a first name `PAR1` in a header, and follows no magic number. */
const endsName = [',', ';', '\t', '|', '"', '\r', '\n'].map((mark) => mark.charCodeAt(0))

/** @throws RegimenError `DatasetUnreadable` for a known kind of file that is no table. */
export function sniffContainer(head: Uint8Array, uri: string): Container {
  const magic = magics.find(({ bytes }) => bytes.every((byte, at) => byte === any || head[at] === byte))
  const found = magic?.is ?? 'text'
  if (found === 'parquet' && endsName.includes(head[4] ?? 0)) return 'text'
  if (typeof found === 'string') return found
  throw noTable(uri, found.other)
}

/**
 * Text that opens an object in its first line is JSON; everything else is delimited text.
 *
 * @throws RegimenError `DatasetUnreadable` for text that is something else.
 */
export function sniffTextFormat(text: string, uri: string): 'jsonl' | 'csv' {
  if (/^\s*\[\s*[[{"]/.test(text))
    throw noTable(uri, 'one JSON list', 'write each element on a line of its own')
  if (/^\s*<(!doctype|html|\?xml|table)\b/i.test(text)) throw noTable(uri, 'a web page or XML')
  return /^\s*\{\s*["}]/.test(text) ? 'jsonl' : 'csv'
}

const noTable = (uri: string, got: string, remedy = 'export the table as CSV') =>
  new RegimenError('DatasetUnreadable', {
    what: 'the file is no table',
    where: uri,
    got,
    expected: 'CSV, newline-delimited JSON (both also in gzip or zstd) or Parquet',
    do: remedy,
  })
