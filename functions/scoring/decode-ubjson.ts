/**
 * Reads UBJSON (draft 12, https://ubjson.org) as the xgboost library writes it (`src/common/json.cc`): big-endian,
 * counted arrays without a closing mark, numeric arrays typed (`[$d#L…`).
 */
import { RegimenError } from '../errors.ts'
import type { UbjsonArray } from './ubjson.ts'

const maxDepth = 64
/** Every decoded value costs memory many times its byte: a model needs a few per tree, its numbers are typed arrays. */
const maxValues = 5_000_000

function refuse(got: string, offset: number): never {
  throw new RegimenError('ModelUnreadable', {
    what: 'the model is not valid UBJSON',
    where: `at byte ${offset}`,
    got,
    do: 'save the model again with the xgboost library',
  })
}

/** Bytes of one number per UBJSON type mark. */
const widths: Readonly<Record<string, number>> = { i: 1, U: 1, C: 1, I: 2, l: 4, L: 8, d: 4, D: 8 }

/**
 * Decodes one document. Typed arrays become typed arrays (64-bit integers become a Float64Array); objects have no
 * prototype. Lengths are compared with the bytes that are left before anything is allocated.
 * @throws RegimenError `ModelUnreadable`
 */
export function decodeUbjson(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.value(reader.mark(), 0)
  reader.end()
  return value
}

class Reader {
  private readonly view: DataView
  private readonly bytes: Uint8Array
  private readonly text = new TextDecoder('utf-8', { fatal: true })
  private at = 0
  private values = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next type mark; no-ops (`N`) are passed over. */
  mark(): string {
    for (;;) {
      const code = this.bytes[this.at]
      if (code === undefined) refuse('the end of the file', this.at)
      this.at++
      if (code !== 0x4e) return String.fromCharCode(code)
    }
  }

  /** Anything but no-ops after the document is an error. */
  end(): void {
    while (this.bytes[this.at] === 0x4e) this.at++
    if (this.at < this.bytes.length)
      refuse(`${this.bytes.length - this.at} bytes after the document`, this.at)
  }

  value(mark: string, depth: number): unknown {
    if (depth > maxDepth) refuse(`more than ${maxDepth} levels of nesting`, this.at)
    if (++this.values > maxValues) refuse(`more than ${maxValues} values`, this.at)
    switch (mark) {
      case 'Z':
        return null
      case 'T':
        return true
      case 'F':
        return false
      case 'S':
        return this.string()
      case 'C':
        return String.fromCharCode(this.number('U'))
      case '[':
        return this.array(depth)
      case '{':
        return this.object(depth)
      default:
        return this.number(mark)
    }
  }

  private number(mark: string): number {
    const width = widths[mark]
    if (width === undefined) refuse(`an unknown type mark (code ${mark.charCodeAt(0)})`, this.at - 1)
    this.need(width)
    const at = this.at
    this.at += width
    return readNumber(this.view, mark, at)
  }

  private need(count: number): void {
    if (count > this.bytes.length - this.at)
      refuse(`${count} bytes announced where ${this.bytes.length - this.at} are left`, this.at)
  }

  private length(): number {
    const mark = this.mark()
    const length = 'iUIlL'.includes(mark) ? this.number(mark) : Number.NaN
    if (!Number.isSafeInteger(length) || length < 0) refuse('a length that is no whole number', this.at)
    return length
  }

  private string(): string {
    const length = this.length()
    this.need(length)
    try {
      return this.text.decode(this.bytes.subarray(this.at, this.at + length))
    } catch {
      return refuse('text that is not UTF-8', this.at)
    } finally {
      this.at += length
    }
  }

  private array(depth: number): unknown {
    let mark = this.mark()
    if (mark === '$') {
      const type = this.mark()
      if (this.mark() !== '#') refuse('a typed array without a length', this.at)
      return this.typedArray(type, this.length())
    }
    const values: unknown[] = []
    if (mark === '#') {
      const count = this.length()
      this.need(count)
      for (let i = 0; i < count; i++) values.push(this.value(this.mark(), depth + 1))
      return values
    }
    for (; mark !== ']'; mark = this.mark()) values.push(this.value(mark, depth + 1))
    return values
  }

  private typedArray(type: string, count: number): UbjsonArray {
    const width = widths[type]
    // Types without width ($Z, $T) would announce any length in no bytes.
    if (width === undefined || type === 'C')
      refuse('a typed array of a type that models do not hold', this.at)
    if (count > (this.bytes.length - this.at) / width) refuse('a typed array longer than the file', this.at)
    const values = allocate(type, count)
    for (let i = 0; i < count; i++) values[i] = readNumber(this.view, type, this.at + i * width)
    this.at += count * width
    return values
  }

  private object(depth: number): unknown {
    const values: Record<string, unknown> = Object.create(null)
    let mark = this.mark()
    if (mark === '$') refuse('a typed object', this.at)
    let left = Number.POSITIVE_INFINITY
    if (mark === '#') {
      left = this.length()
      this.need(left)
      if (left === 0) return values
      mark = this.mark()
    }
    while (mark !== '}') {
      // The length's own mark was read as the lookahead.
      this.at--
      const key = this.string()
      values[key] = this.value(this.mark(), depth + 1)
      if (--left === 0) break
      mark = this.mark()
    }
    return values
  }
}

function readNumber(view: DataView, mark: string, at: number): number {
  switch (mark) {
    case 'i':
      return view.getInt8(at)
    case 'U':
      return view.getUint8(at)
    case 'I':
      return view.getInt16(at)
    case 'l':
      return view.getInt32(at)
    case 'L':
      return Number(view.getBigInt64(at))
    case 'd':
      return view.getFloat32(at)
    default:
      return view.getFloat64(at)
  }
}

function allocate(type: string, count: number): UbjsonArray {
  switch (type) {
    case 'i':
      return new Int8Array(count)
    case 'U':
      return new Uint8Array(count)
    case 'I':
      return new Int16Array(count)
    case 'l':
      return new Int32Array(count)
    case 'd':
      return new Float32Array(count)
    default:
      return new Float64Array(count)
  }
}
