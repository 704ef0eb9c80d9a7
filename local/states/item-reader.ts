/** `ItemReader`: the items of a distributed Map from S3: a JSON array, JSON lines, CSV, or a listing of objects. */
import { csvItems } from './csv-items.ts'
import type { ItemReader } from './definition.ts'
import { Interrupted, StateFailure } from './failure.ts'
import { evaluateInteger, evaluateTemplate } from './template.ts'
import type { Visit } from './visit.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const failed = (cause: string) => new StateFailure('States.ItemReaderFailed', cause)

/** What is read, evaluated: recorded, so that a restart reads the same object. */
export interface ReaderRequest {
  readonly action: 'getObject' | 'listObjectsV2'
  readonly parameters: Record<string, unknown>
  readonly maxItems: number
}

export async function evaluateReader(reader: ItemReader, visit: Visit): Promise<ReaderRequest> {
  const action = /:s3:(getObject|listObjectsV2)$/.exec(reader.Resource)?.[1]
  if (action !== 'getObject' && action !== 'listObjectsV2') {
    throw new StateFailure(
      'States.Runtime',
      visit.explain(`The resource '${reader.Resource}' is not supported.`),
    )
  }
  const bindings = visit.bindings()
  const parameters = await evaluateTemplate(reader.Arguments ?? {}, bindings, 'ItemReader/Arguments')
  const limit = reader.ReaderConfig?.MaxItems
  return {
    action,
    parameters: isObject(parameters) ? parameters : {},
    maxItems:
      limit === undefined
        ? Number.MAX_SAFE_INTEGER
        : await evaluateInteger(limit, bindings, 'ItemReader/ReaderConfig/MaxItems', { max: 100_000_000 }),
  }
}

/** @throws StateFailure States.ItemReaderFailed */
export async function readItems(
  reader: ItemReader,
  request: ReaderRequest,
  visit: Visit,
): Promise<unknown[]> {
  const { services, execution } = visit.run
  const call = async (action: string, input: Record<string, unknown>) => {
    try {
      return await services.call('s3', action, input, { roleArn: execution.roleArn })
    } catch (error) {
      if (error instanceof Interrupted || error instanceof StateFailure) throw error
      throw failed(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    }
  }
  if (request.action === 'listObjectsV2') return listing(call, request)
  const answer = await call('GetObject', request.parameters)
  return take(
    parse(reader, await bodyText(answer.Body), String(request.parameters.Key ?? '')),
    request.maxItems,
  )
}

function take(items: Iterable<unknown>, count: number): unknown[] {
  if (Array.isArray(items)) return items.length <= count ? items : items.slice(0, count)
  const taken: unknown[] = []
  for (const item of items) {
    if (taken.length >= count) break
    taken.push(item)
  }
  return taken
}

/** AWS's members of a listed object, `Etag` spelt so. */
async function listing(
  call: (action: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>,
  { parameters, maxItems }: ReaderRequest,
): Promise<unknown[]> {
  const items: unknown[] = []
  let token: unknown
  do {
    const page = await call('ListObjectsV2', {
      ...parameters,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    for (const object of Array.isArray(page.Contents) ? page.Contents : []) {
      if (items.length >= maxItems) return items
      items.push({
        Etag: object.ETag,
        Key: object.Key,
        LastModified:
          object.LastModified instanceof Date
            ? Math.floor(object.LastModified.getTime() / 1000)
            : object.LastModified,
        Size: object.Size,
        StorageClass: object.StorageClass ?? 'STANDARD',
      })
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
  return items
}

async function bodyText(body: unknown): Promise<string> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString()
  if (isObject(body) && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  throw failed('the object has no body')
}

function parse(reader: ItemReader, text: string, key: string): Iterable<unknown> {
  const config = reader.ReaderConfig ?? {}
  const type = config.InputType ?? (key.endsWith('.csv') ? 'CSV' : key.endsWith('.jsonl') ? 'JSONL' : 'JSON')
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
    default:
      throw failed(`the input type ${type} is not supported; expected JSON, JSONL or CSV`)
  }
}

function jsonItems(text: string, pointer: string): unknown[] {
  let value = parseJson(text, 'the object')
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  if (!Array.isArray(value)) {
    throw failed(
      pointer === ''
        ? 'Attempting to map over non-iterable node.'
        : `there is no array at the ItemsPointer ${pointer}`,
    )
  }
  return value
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
