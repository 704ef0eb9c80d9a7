/** Reads Thrift's compact protocol generically, keeping where each value stands, so that a structure can be rewritten. */

/** Deeper than any footer of Parquet nests. */
const maxDepth = 32

export type ThriftValue = bigint | boolean | Uint8Array | ThriftList | ThriftStruct

/** `start` to `end` are the bytes of the value, without the header of its field. */
export interface ThriftStruct {
  readonly kind: 'struct'
  readonly fields: ReadonlyMap<number, { value: ThriftValue; start: number; end: number }>
  readonly start: number
  readonly end: number
}

export interface ThriftList {
  readonly kind: 'list'
  readonly elementType: number
  readonly items: readonly { value: ThriftValue; start: number; end: number }[]
}

/**
 * The structure at the start of `bytes`.
 *
 * Source: apache/thrift doc/specs/thrift-compact-protocol.md.
 *
 * @throws RangeError when the bytes are no such structure.
 */
export function readThrift(bytes: Uint8Array): ThriftStruct {
  return new CompactReader(bytes).struct(0)
}

/** An integer as the protocol writes it: zigzag, seven bits a byte. */
export function thriftInteger(value: bigint): number[] {
  return unsigned(value < 0n ? -2n * value - 1n : 2n * value)
}

/** The header of a list. */
export function thriftListHeader(size: number, elementType: number): number[] {
  return size < 15 ? [(size << 4) | elementType] : [0xf0 | elementType, ...unsigned(BigInt(size))]
}

function unsigned(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

class CompactReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  struct(depth: number): ThriftStruct {
    if (depth > maxDepth) throw new RangeError('nested too deeply')
    const start = this.#at
    const fields = new Map<number, { value: ThriftValue; start: number; end: number }>()
    let id = 0
    for (;;) {
      const header = this.#byte()
      if (header === 0) return { kind: 'struct', fields, start, end: this.#at }
      const delta = header >> 4
      id = delta === 0 ? Number(this.#integer()) : id + delta
      const type = header & 0x0f
      const from = this.#at
      const value = type === 1 || type === 2 ? type === 1 : this.#value(type, depth)
      fields.set(id, { value, start: from, end: this.#at })
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        // Within a list a boolean is a byte of its own.
        return this.#byte() === 1
      case 3:
        return BigInt(this.#byte())
      case 4:
      case 5:
      case 6:
        return this.#integer()
      case 7:
        return this.#take(8)
      case 8:
        return this.#take(Number(this.#unsigned()))
      case 9:
      case 10:
        return this.#list(depth)
      case 12:
        return this.struct(depth + 1)
      default:
        throw new RangeError(`unknown type ${type}`)
    }
  }

  #list(depth: number): ThriftList {
    const header = this.#byte()
    const size = header >> 4 === 15 ? Number(this.#unsigned()) : header >> 4
    // Each element takes a byte at least: a size beyond that is a lie that would fill the memory.
    if (size > this.#bytes.length - this.#at) throw new RangeError('a list longer than its bytes')
    const elementType = header & 0x0f
    const items: { value: ThriftValue; start: number; end: number }[] = []
    for (let item = 0; item < size; item++) {
      const start = this.#at
      const value = this.#value(elementType, depth + 1)
      items.push({ value, start, end: this.#at })
    }
    return { kind: 'list', elementType, items }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('the bytes end too early')
    return byte
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError('the bytes end too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #unsigned(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('an integer of more than 64 bits')
  }

  #integer(): bigint {
    const value = this.#unsigned()
    return (value >> 1n) ^ -(value & 1n)
  }
}
