/** Writes a document as UBJSON in the form that the xgboost library reads (`UBJReader` in `src/common/json.cc`). */
export type UbjsonArray = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array
export type UbjsonValue =
  | null
  | boolean
  | number
  | string
  | UbjsonArray
  | BigInt64Array
  | readonly UbjsonValue[]
  | { readonly [key: string]: UbjsonValue }

type Typed = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | BigInt64Array

/**
 * Encodes `value`. Typed arrays become typed arrays (`Float32Array` → `d`, `Int32Array` → `l`, `Uint8Array` → `U`,
 * `BigInt64Array` → `L`, …); a plain array becomes a counted one. An integral `number` becomes the smallest integer
 * type, any other a 32-bit float, since the library knows no 64-bit one; a `Float64Array` is narrowed likewise.
 * The library reads `categories_segments` and `categories_sizes` of a tree as `BigInt64Array` only.
 */
export function encodeUbjson(value: UbjsonValue): Uint8Array {
  const writer = new Writer()
  writer.value(value)
  return writer.finish()
}

class Writer {
  private bytes = new Uint8Array(1 << 16)
  private view = new DataView(this.bytes.buffer)
  private at = 0
  private readonly text = new TextEncoder()

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  value(value: UbjsonValue): void {
    if (value === null) this.mark('Z')
    else if (typeof value === 'boolean') this.mark(value ? 'T' : 'F')
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'string') {
      this.mark('S')
      this.string(value)
    } else if (isTyped(value)) this.typedArray(value)
    else if (isArray(value)) {
      this.mark('[')
      this.mark('#')
      this.length(value.length)
      for (const item of value) this.value(item)
    } else {
      this.mark('{')
      for (const [key, item] of Object.entries(value)) {
        this.string(key)
        this.value(item)
      }
      this.mark('}')
    }
  }

  /** Makes room for `count` bytes and answers where they start. */
  private take(count: number): number {
    const start = this.at
    this.at += count
    if (this.at > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at))
      grown.set(this.bytes)
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return start
  }

  private mark(mark: string): void {
    const at = this.take(1)
    this.bytes[at] = mark.charCodeAt(0)
  }

  private length(length: number): void {
    this.mark('L')
    const at = this.take(8)
    this.view.setBigInt64(at, BigInt(length))
  }

  private string(value: string): void {
    const encoded = this.text.encode(value)
    this.length(encoded.length)
    const at = this.take(encoded.length)
    this.bytes.set(encoded, at)
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.mark('d')
      const at = this.take(4)
      this.view.setFloat32(at, value)
    } else if (value >= -128 && value < 128) {
      this.mark('i')
      const at = this.take(1)
      this.view.setInt8(at, value)
    } else if (value >= -32_768 && value < 32_768) {
      this.mark('I')
      const at = this.take(2)
      this.view.setInt16(at, value)
    } else if (value >= -2_147_483_648 && value < 2_147_483_648) {
      this.mark('l')
      const at = this.take(4)
      this.view.setInt32(at, value)
    } else this.length(value)
  }

  private typedArray(values: Typed): void {
    const [type, width] = typeOf(values)
    this.mark('[')
    this.mark('$')
    this.mark(type)
    this.mark('#')
    this.length(values.length)
    const start = this.take(values.length * width)
    const { view } = this
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number | bigint
      const at = start + i * width
      if (typeof value === 'bigint') view.setBigInt64(at, value)
      else if (type === 'd') view.setFloat32(at, value)
      else if (width === 4) view.setInt32(at, value)
      else if (width === 2) view.setInt16(at, value)
      else view.setInt8(at, value)
    }
  }
}

function isTyped(value: UbjsonValue): value is Typed {
  return ArrayBuffer.isView(value)
}

function isArray(value: UbjsonValue): value is readonly UbjsonValue[] {
  return Array.isArray(value)
}

/** Type mark and bytes per number. */
function typeOf(values: Typed): [string, number] {
  if (values instanceof Float32Array || values instanceof Float64Array) return ['d', 4]
  if (values instanceof Int32Array) return ['l', 4]
  if (values instanceof BigInt64Array) return ['L', 8]
  if (values instanceof Int16Array) return ['I', 2]
  return values instanceof Uint8Array ? ['U', 1] : ['i', 1]
}
