/** `ItemReader`: the items of a distributed Map from S3: an object, the objects that a manifest names, or a listing. */
import type { ItemReader } from './definition.ts'
import { Interrupted, StateFailure } from './failure.ts'
import { type DocumentType, documentItems, documentType } from './item-documents.ts'
import { inventoryFiles, inventoryItems, type ObjectPlace, unloadedObjects } from './manifest-items.ts'
import { parquetItems } from './parquet-items.ts'
import { evaluateTemplate, evaluateWhole } from './template.ts'
import type { Visit } from './visit.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const readerFailed = (cause: string) => new StateFailure('States.ItemReaderFailed', cause)

/** What is read, evaluated: recorded, so that a restart reads the same object. */
export interface ReaderRequest {
  readonly action: 'getObject' | 'listObjectsV2'
  readonly parameters: Record<string, unknown>
  readonly maxItems: number
}

/** AWS reads no more than this, whatever MaxItems says. */
const mostItems = 100_000_000

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
  const wanted =
    limit === undefined ? 0 : await evaluateWhole(limit, bindings, 'ItemReader/ReaderConfig/MaxItems')
  return {
    action,
    parameters: isObject(parameters) ? parameters : {},
    // 0 stands for no limit; a negative one is refused when the items are read, as part of the Map run.
    maxItems: wanted === 0 ? mostItems : Math.min(wanted, mostItems),
  }
}

type Call = (action: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>

/** @throws StateFailure States.ItemReaderFailed */
export async function readItems(
  reader: ItemReader,
  request: ReaderRequest,
  visit: Visit,
): Promise<unknown[]> {
  if (request.maxItems < 0) throw readerFailed('field MaxItems must be positive')
  const { services, execution } = visit.run
  const call: Call = async (action, input) => {
    try {
      return await services.call('s3', action, input, { roleArn: execution.roleArn })
    } catch (error) {
      if (error instanceof Interrupted || error instanceof StateFailure) throw error
      throw readerFailed(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    }
  }
  const items = request.action === 'listObjectsV2' ? listing(call, request) : read(call, reader, request)
  const taken: unknown[] = []
  for await (const item of items) {
    if (taken.length >= request.maxItems) break
    taken.push(item)
  }
  return taken
}

async function* read(call: Call, reader: ItemReader, { parameters }: ReaderRequest): AsyncGenerator<unknown> {
  const config = reader.ReaderConfig ?? {}
  const bucket = String(parameters.Bucket ?? '')
  const key = String(parameters.Key ?? '')
  const fetch = async (place: Record<string, unknown>) => bytesOf((await call('GetObject', place)).Body)
  if (config.ManifestType === 'ATHENA_DATA') {
    const type = documentType(config.InputType, key)
    for (const place of unloadedObjects(await fetch(parameters))) {
      yield* itemsOf(reader, type, await fetch({ ...place }))
    }
    return
  }
  if (config.InputType === 'MANIFEST') {
    const manifest = await fetch(parameters)
    for (const file of inventoryFiles(manifest, bucket)) {
      const place: ObjectPlace = { Bucket: file.Bucket, Key: file.Key }
      yield* inventoryItems(file, await fetch({ ...place }))
    }
    return
  }
  yield* itemsOf(reader, documentType(config.InputType, key), await fetch(parameters))
}

async function* itemsOf(reader: ItemReader, type: DocumentType, bytes: Buffer): AsyncGenerator<unknown> {
  if (type === 'PARQUET') yield* await parquetItems(bytes)
  else yield* documentItems(reader.ReaderConfig ?? {}, type, bytes.toString())
}

/** AWS's members of a listed object, `Etag` spelt so. */
async function* listing(call: Call, { parameters }: ReaderRequest): AsyncGenerator<unknown> {
  let token: unknown
  do {
    const page = await call('ListObjectsV2', {
      ...parameters,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    for (const object of Array.isArray(page.Contents) ? page.Contents : []) {
      yield {
        Etag: object.ETag,
        Key: object.Key,
        LastModified:
          object.LastModified instanceof Date
            ? Math.floor(object.LastModified.getTime() / 1000)
            : object.LastModified,
        Size: object.Size,
        StorageClass: object.StorageClass ?? 'STANDARD',
      }
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length)
  if (isObject(body) && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  throw readerFailed('the object has no body')
}
