/** Items in a text: a JSON array or object (or one inside, by a pointer), JSON lines, or CSV. */
import { csvItems } from './csv-items.ts'
import type { ItemReader } from './definition.ts'
import { StateFailure } from './failure.ts'
import { members } from './map-items.ts'

export type DocumentType = 'JSON' | 'JSONL' | 'CSV' | 'PARQUET'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const failed = (cause: string) => new StateFailure('States.ItemReaderFailed', cause)

/** `InputType`, or what the key's ending says. */
export function documentType(stated: string | undefined, key: string): DocumentType {
  if (stated === 'JSON' || stated === 'JSONL' || stated === 'CSV' || stated === 'PARQUET') return stated
  if (key.endsWith('.csv')) return 'CSV'
  if (key.endsWith('.parquet')) return 'PARQUET'
  return key.endsWith('.jsonl') ? 'JSONL' : 'JSON'
}

/** @throws StateFailure States.ItemReaderFailed */
export function documentItems(
  config: NonNullable<ItemReader['ReaderConfig']>,
  type: Exclude<DocumentType, 'PARQUET'>,
  text: string,
): Iterable<unknown> {
  switch (type) {
    case 'JSON':
      return jsonItems(text, config.ItemsPointer ?? '')
    case 'JSONL':
      return jsonLines(text)
    case 'CSV':
      return csvItems(text, {
        headers: config.CSVHeaderLocation === 'GIVEN' ? (config.CSVHeaders ?? []) : undefined,
        delimiter: config.CSVDelimiter,
      })
  }
}

/** The elements of an array; of an object one `{Key, Value}` a member. */
function jsonItems(text: string, pointer: string): unknown[] {
  let value = parseJson(text, 'the object')
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(value)) value = /^\d+$/.test(name) ? value[Number(name)] : undefined
    else value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  if (Array.isArray(value)) return value
  if (isObject(value)) return members(value)
  throw failed(
    pointer === ''
      ? 'Attempting to map over non-iterable node.'
      : `there is no array or object at the ItemsPointer ${pointer}`,
  )
}

function* jsonLines(text: string): Generator<unknown> {
  let number = 0
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    number += 1
    if (match[0].trim() !== '') yield parseJson(match[0], `line ${number}`)
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message would quote the data.
    if (error instanceof SyntaxError) throw failed(`${what} is not JSON`)
    throw error
  }
}
