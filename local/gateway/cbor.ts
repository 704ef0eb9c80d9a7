/** Smithy RPC v2 CBOR: how newer AWS CLIs call CloudWatch. Timestamps are tag 1, blobs are byte strings. */
import { cbor, tag } from '@smithy/core/cbor'
import { AwsError, type Json } from '../service.ts'
import { isObject } from './json.ts'

export function parseCbor(body: Uint8Array): Json {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = fromWire(cbor.deserialize(body))
  } catch (cause) {
    throw new AwsError('SerializationException', `the body is not CBOR: ${String(cause)}`)
  }
  if (isObject(value)) return value
  throw new AwsError('SerializationException', 'the body is not a CBOR map')
}

export function encodeCbor(value: unknown): Uint8Array {
  return cbor.serialize(toWire(value))
}

function fromWire(value: unknown): unknown {
  if (value instanceof Uint8Array || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(fromWire)
  if (!isObject(value)) return value
  if (value.tag === 1 && 'value' in value) return new Date(Number(value.value) * 1_000)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromWire(field)]))
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return tag({ tag: 1, value: value.getTime() / 1_000 })
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(toWire)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, toWire(field)]),
  )
}
