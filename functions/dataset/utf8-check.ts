/** Tells whether bytes that come in chunks are valid UTF-8. */
import { isUtf8 } from 'node:buffer'

export class Utf8Check {
  #rest: Buffer = Buffer.alloc(0)
  #valid = true

  push(chunk: Uint8Array): void {
    if (!this.#valid) return
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const complete = bytes.length - incompleteTail(bytes)
    this.#valid = isUtf8(bytes.subarray(0, complete))
    this.#rest = Buffer.from(bytes.subarray(complete))
  }

  end(): boolean {
    return this.#valid && this.#rest.length === 0
  }
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
