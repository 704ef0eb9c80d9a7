/** Writes a model document to a file: UBJSON for `.ubj` and for the built-in algorithm's `xgboost-model`, else JSON. */
import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { encodeUbjson, type UbjsonValue } from '../../functions/scoring/ubjson.ts'

const float32 = (values: readonly number[]) => Float32Array.from(values)
const int32 = (values: readonly number[]) => Int32Array.from(values)
const uint8 = (values: readonly number[]) => Uint8Array.from(values)
const int64 = (values: readonly number[]) => BigInt64Array.from(values, BigInt)

/** The element types that the library expects in UBJSON, by key; `tree_info` and `iteration_indptr` are untyped. */
const arrays: Readonly<Record<string, (values: readonly number[]) => UbjsonValue>> = {
  base_weights: float32,
  loss_changes: float32,
  split_conditions: float32,
  sum_hessian: float32,
  weights: float32,
  left_children: int32,
  right_children: int32,
  parents: int32,
  split_indices: int32,
  categories: int32,
  categories_nodes: int32,
  categories_segments: int64,
  categories_sizes: int64,
  default_left: uint8,
  split_type: uint8,
}

/** @param document as `boost` gives it. */
export function writeModel(document: object, file: string): void {
  const name = basename(file)
  const binary = name.endsWith('.ubj') || name === 'xgboost-model'
  writeFileSync(file, binary ? modelBytes(document) : modelText(document))
}

/** The document as JSON in which every float has an exponent where it has no fraction: the library refuses `1` there. */
export function modelText(document: object): string {
  return text('', document)
}

function text(key: string, value: unknown): string {
  if (Array.isArray(value)) {
    const float = Object.hasOwn(arrays, key) && arrays[key] === float32
    return `[${value.map((item) => (float ? floatText(item) : text('', item))).join(',')}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}:${text(name, item)}`)
    .join(',')}}`
}

function floatText(value: unknown): string {
  const digits = String(value)
  return /[.e]/.test(digits) ? digits : `${digits}E0`
}

/** The document as UBJSON. */
export function modelBytes(document: object): Uint8Array {
  return encodeUbjson(typed('', document))
}

function typed(key: string, value: unknown): UbjsonValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value
  }
  if (Array.isArray(value)) {
    const make = Object.hasOwn(arrays, key) ? arrays[key] : undefined
    if (make !== undefined && value.every((item) => typeof item === 'number')) return make(value)
    return value.map((item) => typed('', item))
  }
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, typed(name, item)]))
  }
  throw new TypeError(`a model document holds no ${typeof value}`)
}
