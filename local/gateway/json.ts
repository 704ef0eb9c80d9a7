/** AWS JSON 1.0 and 1.1: timestamps are seconds since 1970, blobs are base64. */
import { AwsError } from '../service.ts'
import { requiredMembers, type Shape } from './shapes.ts'

type Values = Record<string, unknown>

/** @throws AwsError `SerializationException` when the text is no JSON object. */
export function parseJsonObject(text: string): Values {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AwsError('SerializationException', `the body is not JSON: ${String(cause)}`)
  }
  if (isObject(value)) return value
  throw new AwsError('SerializationException', 'Start of structure or map found where not expected.')
}

/** @throws AwsError `ValidationException` when a required member is absent, `SerializationException` for a wrong type. */
export function decodeInput(value: Values, shape: Shape | undefined): Values {
  if (shape === undefined) return value
  const missing = requiredMembers(shape).filter((name) => value[name] === undefined || value[name] === null)
  if (missing.length > 0) throw missingMembers(missing)
  return decodeStruct(value, shape, '')
}

export function missingMembers(names: readonly string[]): AwsError {
  const many = names.length === 1 ? '1 validation error' : `${names.length} validation errors`
  const each = names.map(
    (name) =>
      `Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
  )
  return new AwsError('ValidationException', `${many} detected: ${each.join('; ')}`)
}

function decodeStruct(value: Values, shape: Shape, path: string): Values {
  const decoded: Values = {}
  for (const [name, member] of shape.structIterator()) {
    const field = value[name]
    if (field !== undefined && field !== null) decoded[name] = decode(field, member, `${path}${name}`)
  }
  return decoded
}

function decode(value: unknown, shape: Shape, path: string): unknown {
  const wrong = (expected: string) =>
    new AwsError('SerializationException', `${path}: expected ${expected}, got ${typeof value}`)
  if (shape.isDocumentSchema()) return value
  if (shape.isStructSchema()) {
    if (!isObject(value)) throw wrong('a structure')
    return decodeStruct(value, shape, `${path}.`)
  }
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw wrong('a list')
    const item = shape.getValueSchema()
    return value.map((element: unknown, index) => decode(element, item, `${path}[${index}]`))
  }
  if (shape.isMapSchema()) {
    if (!isObject(value)) throw wrong('a map')
    const item = shape.getValueSchema()
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, decode(field, item, `${path}.${key}`)]),
    )
  }
  return decodeScalar(value, shape, wrong)
}

function decodeScalar(value: unknown, shape: Shape, wrong: (expected: string) => AwsError): unknown {
  if (shape.isTimestampSchema()) {
    const date = toDate(value)
    if (date === undefined) throw wrong('a timestamp')
    return date
  }
  if (shape.isBlobSchema()) {
    if (value instanceof Uint8Array) return value
    if (typeof value !== 'string') throw wrong('base64 text')
    return new Uint8Array(Buffer.from(value, 'base64'))
  }
  if (shape.isNumericSchema()) {
    const number = toNumber(value)
    if (number === undefined) throw wrong('a number')
    return number
  }
  if (shape.isBooleanSchema() && typeof value !== 'boolean') throw wrong('true or false')
  if (shape.isStringSchema() && typeof value !== 'string') throw wrong('a text')
  return value
}

/** Seconds since 1970 or ISO 8601. */
export function toDate(value: unknown): Date | undefined {
  if (value instanceof Date) return value
  const date =
    typeof value === 'number'
      ? new Date(value * 1_000)
      : typeof value === 'string'
        ? new Date(/^-?\d+(\.\d+)?(e\d+)?$/i.test(value) ? Number(value) * 1_000 : value)
        : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined
}

/** JSON text of an answer: dates become seconds, blobs base64, whatever the shape says. */
export function encodeOutput(value: unknown): string {
  return JSON.stringify(plain(value))
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, plain(field)]),
  )
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
