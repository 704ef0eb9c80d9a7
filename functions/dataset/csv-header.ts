/** Reads the head of a file: encoding, delimiter and the names in the header record. */
import { RegimenError } from '../errors.ts'
import { checkNames } from './check-names.ts'
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

/** Records that a delimiter is tried on. */
const triedRecords = 100

/**
 * Parses the first record of `text`. The delimiter is the one that cuts all of the first records into as many fields as
 * the header, and that into the most names; of equals the comma, which RFC 4180 names.
 *
 * @param whole whether the text is all there is. Fields of the sample are as they stand there, of the header trimmed.
 * @throws RegimenError `DatasetEmpty`, `DatasetUnreadable` (no end of the record), `DatasetSchemaMismatch` (a name
 * stands twice or is empty).
 */
export function parseHeader(text: string, uri: string, whole = true): CsvHeader {
  if (text.trim() === '')
    throw new RegimenError('DatasetEmpty', {
      what: 'the file is empty',
      where: uri,
      do: 'upload a file with rows',
    })
  const tried = delimiters.map((delimiter) => {
    const { records, sound } = parseRecords(text, delimiter, triedRecords, whole)
    const [names, ...rows] = records
    const fits = sound && rows.every(({ length }) => length === names?.length)
    return { delimiter, names: names?.map((name) => name.trim()), fits }
  })
  const width = ({ names }: (typeof tried)[number]) => names?.length ?? 0
  const fitting = tried.filter((each) => each.fits && width(each) > 1)
  const best = (fitting.length > 0 ? fitting : tried).reduce((a, b) => (width(b) > width(a) ? b : a))
  // One column only where each delimiter could read the header: a quote that stays open is no part of a name.
  const unread = width(best) <= 1 && tried.some(({ names }) => names === undefined)
  if (best.names === undefined || unread)
    throw new RegimenError('DatasetUnreadable', {
      what: whole
        ? 'the header has a quote that is never closed'
        : `the header does not end within the first ${text.length} characters`,
      where: `${uri}, header`,
      expected: 'one record of names first, as RFC 4180 writes it',
      do: 'close its quotes, and shorten its names',
    })
  const broken = best.names.findIndex((name) => name.includes('\u0000'))
  if (broken >= 0)
    throw new RegimenError('DatasetUnreadable', {
      what: `the table cannot be read: header, column ${broken + 1} holds a NUL byte`,
      where: uri,
      expected: 'text in UTF-8, UTF-16 or Latin-1',
      do: 'export the table as text',
    })
  checkNames(best.names, uri)
  return { names: best.names, delimiter: best.delimiter }
}
