/** Tells whether bytes that come in chunks are UTF-8, an older eight-bit encoding, or UTF-8 that is broken, and where. */
import { isAscii, isUtf8 } from 'node:buffer'

/** Beyond so many characters of several bytes their exact number says no more. */
const enough = 1_000
/** An eight-bit text may look like UTF-8 here and there (`ß»`); one pair among so many bytes that are none is chance. */
const chance = 20

export type TextKind = 'utf-8' | 'latin-1' | 'broken'

export class Utf8Check {
  #rest: Buffer = Buffer.alloc(0)
  /** Characters of several bytes, and bytes that belong to no character. */
  #several = 0
  #strays = 0

  /** @returns the place within `chunk` of the first stray byte of all, once; below 0 when it stood at the end of the chunk before. */
  push(chunk: Uint8Array): number | undefined {
    if (this.#rest.length === 0 && isAscii(chunk)) return undefined
    const carried = this.#rest.length
    const bytes = carried === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const complete = bytes.subarray(0, bytes.length - incompleteTail(bytes))
    this.#rest = Buffer.from(bytes.subarray(complete.length))
    if (isUtf8(complete)) {
      this.#several += countLeads(complete, enough - this.#several)
      return undefined
    }
    const before = this.#strays
    const first = this.#count(complete)
    return before > 0 || first === undefined ? undefined : first - carried
  }

  end(): TextKind {
    this.#strays += this.#rest.length > 0 ? 1 : 0
    this.#rest = Buffer.alloc(0)
    if (this.#strays === 0) return 'utf-8'
    return this.#several * chance <= this.#strays ? 'latin-1' : 'broken'
  }

  /** Counts both, byte by byte; @returns the place of the first stray. */
  #count(bytes: Uint8Array): number | undefined {
    let first: number | undefined
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte < 0x80) continue
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if (byte >= 0xc2 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length) {
        this.#several++
        at += length - 1
      } else {
        this.#strays++
        first ??= at
      }
    }
    return first
  }
}

function countLeads(bytes: Uint8Array, most: number): number {
  let leads = 0
  for (let at = 0; at < bytes.length && leads < most; at++) if ((bytes[at] as number) >= 0xc0) leads++
  return leads
}

/** How many bytes at the end begin a character that the next chunk finishes: 0 to 3. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? back : 0
    }
  }
  return 0
}
