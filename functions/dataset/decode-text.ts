/** Re-encodes text to UTF-8 as it comes, and refuses what is no text of its encoding. */
import type { Encoding } from './csv-header.ts'

/** Text that is not of its encoding; who reads it knows the row. */
export class TextFault extends Error {
  override readonly name = 'TextFault'
}

/**
 * A byte order mark is dropped, but that of UTF-8. Latin-1 is read as its superset Windows-1252, as browsers do.
 *
 * @throws TextFault for half of a surrogate pair, or of a character at the end, once what stands before it is read.
 */
export async function* decoded(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') {
    yield* chunks
    return
  }
  if (encoding !== 'latin-1') {
    yield* wide(chunks, encoding)
    return
  }
  const decoder = new TextDecoder('windows-1252')
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8')
}

async function* wide(
  chunks: AsyncIterable<Buffer>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let first = true
  for await (const chunk of chunks) {
    const joined = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = wholeLength(joined, encoding)
    rest = Buffer.from(joined.subarray(end))
    if (end === 0) continue
    const units = Buffer.from(joined.subarray(0, end))
    const text = (encoding === 'utf-16be' ? units.swap16() : units).toString('utf16le')
    const unmarked = first && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    first = false
    if (!unmarked.isWellFormed()) {
      yield Buffer.from(unmarked.slice(0, firstLone(unmarked)), 'utf8')
      throw new TextFault('half of a surrogate pair')
    }
    if (unmarked !== '') yield Buffer.from(unmarked, 'utf8')
  }
  if (rest.length > 0) throw new TextFault('an end in mid-character')
}

/** Bytes up to which no character is begun and unfinished. */
function wholeLength(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): number {
  const end = bytes.length & ~1
  if (end === 0) return 0
  const last = encoding === 'utf-16le' ? bytes.readUInt16LE(end - 2) : bytes.readUInt16BE(end - 2)
  return last >= 0xd800 && last < 0xdc00 ? end - 2 : end
}

function firstLone(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = text.charCodeAt(at + 1)
    if (unit >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return at
    at++
  }
  return text.length
}
