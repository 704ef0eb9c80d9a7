/** Safe reading of a small gzipped tar: nothing is written to disk, and every size is bounded before memory is spent. */
import { gunzipSync } from 'node:zlib'
import { RegimenError } from './errors.ts'

export interface TarballLimits {
  /** Bytes after decompression. @default 512 MiB */
  readonly maxBytes?: number
  /** @default 64 */
  readonly maxEntries?: number
  /** Bytes after decompression per byte before it, above the first MiB: what no honest archive reaches. @default 100 */
  readonly maxRatio?: number
}

const block = 512
const free = 1 << 20

function refuse(got: string, where?: string): never {
  throw new RegimenError('ModelUnreadable', {
    what: 'the archive cannot be read',
    ...(where === undefined ? {} : { where }),
    got,
    expected: 'a model.tar.gz with plain files only',
  })
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** @throws RegimenError `ModelUnreadable` when the data is damaged or larger than the limits. */
export function gunzip(bytes: Uint8Array, { maxBytes = 512 << 20, maxRatio = 100 }: TarballLimits = {}) {
  const limit = Math.min(maxBytes, Math.max(free, bytes.length * maxRatio))
  try {
    return gunzipSync(bytes, { maxOutputLength: limit })
  } catch (cause) {
    const large = cause instanceof RangeError
    throw new RegimenError(
      'ModelUnreadable',
      {
        what: 'the archive cannot be decompressed',
        got: large ? `more than ${limit} bytes from ${bytes.length}` : 'damaged or truncated gzip data',
        expected: `at most ${maxBytes} bytes and a ratio of at most ${maxRatio}`,
      },
      { cause },
    )
  }
}

/**
 * The regular files of an uncompressed tar (ustar, GNU or pax), by their names without a leading `./`, as views of
 * `tar`. Links, devices, absolute names, `..` and repeated names are refused.
 * @throws RegimenError `ModelUnreadable`
 */
export function readTar(tar: Uint8Array, { maxEntries = 64 }: TarballLimits = {}): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let entries = 0
  let override: { name?: string; size?: number } = {}
  let at = 0
  while (at < tar.length) {
    const header = tar.subarray(at, at + block)
    const where = `entry ${entries + 1}`
    if (header.length < block) refuse('a truncated header', where)
    if (header.every((byte) => byte === 0)) return files
    verify(header, where)
    if (++entries > maxEntries) refuse(`more than ${maxEntries} entries`)
    const kind = String.fromCharCode(header[156] ?? 0)
    const isExtension = kind === 'x' || kind === 'L' || kind === 'g'
    const size = isExtension ? number(header, 124, where) : (override.size ?? number(header, 124, where))
    const start = at + block
    if (size > tar.length - start) refuse('a truncated file', where)
    const body = tar.subarray(start, start + size)
    at = start + Math.ceil(size / block) * block
    if (kind === 'x') override = { ...override, ...pax(body, where) }
    else if (kind === 'L') override.name = text(body, 0, Math.min(body.length, 4_096))
    else if (kind === 'g') continue
    else {
      const name = plainName(override.name ?? ustarName(header), where)
      override = {}
      if (kind === '5') continue
      if (kind !== '0' && kind !== '\0' && kind !== '7') refuse('a link or a device', where)
      if (files.has(name)) refuse('the same name twice', where)
      files.set(name, body)
    }
  }
  return refuse('the end of the data before the end of the archive')
}

/** Decompresses and reads a `.tar.gz`. @throws RegimenError `ModelUnreadable` */
export function readTarball(bytes: Uint8Array, limits: TarballLimits = {}): Map<string, Uint8Array> {
  return readTar(gunzip(bytes, limits), limits)
}

/** Header checksum: the sum of all bytes with the checksum field read as spaces. */
function verify(header: Uint8Array, where: string): void {
  let sum = 0
  for (const [at, byte] of header.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte
  if (number(header, 148, where, 8) !== sum) refuse('a header whose checksum is wrong', where)
}

/** An octal field, or GNU's base 256 for large values. */
function number(header: Uint8Array, at: number, where: string, width = 12): number {
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f
    for (const byte of header.subarray(at + 1, at + width)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : refuse('a size beyond all bounds', where)
  }
  const digits = text(header, at, width).trim()
  if (!/^[0-7]*$/.test(digits)) refuse('a number that is not octal', where)
  return Number.parseInt(digits || '0', 8)
}

function text(bytes: Uint8Array, at: number, width: number): string {
  const field = bytes.subarray(at, at + width)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

function ustarName(header: Uint8Array): string {
  const isUstar = text(header, 257, 5) === 'ustar' && header[263] === 0x30
  const prefix = isUstar ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** `path` and `size` of a pax record list (`<length> <key>=<value>\n`…). */
function pax(body: Uint8Array, where: string): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {}
  if (body.length > 65_536) refuse('an extended header of more than 64 KiB', where)
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const length = Number(text(body, at, Math.max(0, space - at)))
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > body.length)
      refuse('a damaged extended header', where)
    const [key, ...rest] = text(body, space + 1, at + length - space - 2).split('=')
    const value = rest.join('=')
    if (key === 'path') found.name = value
    if (key === 'linkpath') refuse('a link or a device', where)
    if (key === 'size')
      found.size = /^\d{1,15}$/.test(value) ? Number(value) : refuse('a damaged size', where)
    at += length
  }
  return found
}

function plainName(name: string, where: string): string {
  const parts = name.split('/')
  if (
    name === '' ||
    name.startsWith('/') ||
    name.includes('\\') ||
    name.includes('\0') ||
    parts.includes('..')
  )
    refuse('a name that leads out of the archive', where)
  return parts.filter((part) => part !== '.' && part !== '').join('/')
}
