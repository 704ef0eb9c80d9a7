/** Reads the head of a file: encoding, delimiter and the names in the header record. */
import { RegimenError } from '../errors.ts'
import { type Delimiter, delimiters, parseRecords } from './csv-records.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1'

export interface CsvHeader {
  readonly names: readonly string[]
  readonly delimiter: Delimiter
}

/**
 * The encoding that the first bytes show, and the length of the byte order mark; undefined when only reading all of it
 * can tell UTF-8 from Latin-1.
 */
export function sniffEncoding(head: Uint8Array): { encoding: Encoding | undefined; mark: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', mark: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', mark: 2 }
  const zeros = [0, 0]
  const length = Math.min(head.length, 4_096) & ~1
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (odd > length * 0.3 && even === 0) return { encoding: 'utf-16le', mark: 0 }
  if (even > length * 0.3 && odd === 0) return { encoding: 'utf-16be', mark: 0 }
  return { encoding: undefined, mark: 0 }
}

/**
 * Parses the first record of `text`. The delimiter is the one that cuts it into the most names.
 *
 * @throws RegimenError `DatasetEmpty`, `DatasetUnreadable` (no end of the record), `DatasetSchemaMismatch` (a name
 * stands twice or is empty).
 */
export function parseHeader(text: string, uri: string): CsvHeader {
  if (text.trim() === '')
    throw new RegimenError('DatasetEmpty', {
      what: 'the file is empty',
      where: uri,
      do: 'upload a file with rows',
    })
  const records = delimiters.map((delimiter) => ({
    delimiter,
    names: parseRecords(text, delimiter, 1)[0]?.map((name) => name.trim()),
  }))
  const best = records.reduce((a, b) => ((b.names?.length ?? 0) > (a.names?.length ?? 0) ? b : a))
  if (best.names === undefined)
    throw new RegimenError('DatasetUnreadable', {
      what: 'the header has a quote that is never closed',
      where: `${uri}, header`,
      do: 'close the quote; the file must keep RFC 4180',
    })
  const seen = new Set<string>()
  for (const [at, name] of best.names.entries()) {
    if (name === '' || seen.has(name))
      throw new RegimenError('DatasetSchemaMismatch', {
        what:
          name === ''
            ? `column ${at + 1} has no name`
            : `the header names column ${at + 1} like one before it`,
        where: `${uri}, header`,
        expected: 'one name for each column, each once',
        do: 'correct the header',
      })
    seen.add(name)
  }
  return { names: best.names, delimiter: best.delimiter }
}
