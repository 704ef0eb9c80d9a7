/** Tells from its first bytes what a file is, whatever its name says. */
import { RegimenError } from '../errors.ts'

export type Container = 'gzip' | 'zstd' | 'parquet' | 'text'

const magics: readonly { bytes: readonly number[]; is: Container | { other: string } }[] = [
  { bytes: [0x1f, 0x8b], is: 'gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: 'zstd' },
  { bytes: [0x50, 0x41, 0x52, 0x31], is: 'parquet' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: { other: 'a ZIP archive or a spreadsheet' } },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], is: { other: 'a spreadsheet of the old binary kind' } },
  { bytes: [0x25, 0x50, 0x44, 0x46], is: { other: 'a PDF document' } },
  { bytes: [0x89, 0x50, 0x4e, 0x47], is: { other: 'a PNG image' } },
  { bytes: [0xff, 0xd8, 0xff], is: { other: 'a JPEG image' } },
  { bytes: [0x42, 0x5a, 0x68], is: { other: 'bzip2' } },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: { other: 'xz' } },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], is: { other: 'a program' } },
]

/** @throws RegimenError `DatasetUnreadable` for a known kind of file that is no table. */
export function sniffContainer(head: Uint8Array, uri: string): Container {
  const found = magics.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte))?.is ?? 'text'
  if (typeof found === 'string') return found
  throw new RegimenError('DatasetUnreadable', {
    what: 'the file is no table',
    where: uri,
    got: found.other,
    expected: 'CSV, newline-delimited JSON (both also in gzip or zstd) or Parquet',
    do: 'export the table as CSV',
  })
}

/** Text that opens an object in its first line is JSON; everything else is delimited text. */
export function sniffTextFormat(text: string): 'jsonl' | 'csv' {
  return /^\s*\{\s*"/.test(text) ? 'jsonl' : 'csv'
}
