/** S3 actions without the wire, for the state-machine engine and the training stand-in: bodies are byte arrays. */
import { open } from 'node:fs/promises'
import * as z from 'zod'
import { type Action, AwsError, type Call, type Json } from '../service.ts'
import { invalidArgument, preconditionFailed } from './errors.ts'
import { announce } from './events.ts'
import { readRange } from './get-object.ts'
import { listObjects } from './listing.ts'
import { storeOf } from './object-file.ts'
import { unquote } from './request.ts'
import { stageObject } from './staged-object.ts'

const objectName = z.object({ Bucket: z.string(), Key: z.string().min(1), VersionId: z.string().optional() })

async function getObject(input: Json, call: Call): Promise<Json> {
  const { Bucket, Key, VersionId, Range, IfMatch } = parse(
    objectName.extend({ Range: z.string().optional(), IfMatch: z.string().optional() }),
    input,
  )
  const store = storeOf(call.cloud)
  const version = store.version(Bucket, Key, VersionId)
  if (IfMatch !== undefined && unquote(IfMatch) !== version.etag) throw preconditionFailed('If-Match')
  const range = readRange(Range, version.size) ?? { start: 0, end: version.size }
  const handle = await open(store.file(Bucket, version), 'r')
  try {
    const Body = new Uint8Array(range.end - range.start)
    let filled = 0
    while (filled < Body.length) {
      const { bytesRead } = await handle.read(Body, filled, Body.length - filled, range.start + filled)
      if (bytesRead === 0)
        throw new AwsError('InternalError', `s3://${Bucket}/${Key} is shorter than recorded`, 500)
      filled += bytesRead
    }
    return { ...(await headObject(input, call)), Body, ContentLength: Body.length }
  } finally {
    await handle.close()
  }
}

async function headObject(input: Json, call: Call): Promise<Json> {
  const { Bucket, Key, VersionId } = parse(objectName, input)
  const version = storeOf(call.cloud).version(Bucket, Key, VersionId)
  return {
    ContentLength: version.size,
    ContentType: version.contentType,
    ETag: `"${version.etag}"`,
    LastModified: new Date(version.lastModified),
    Metadata: version.metadata,
    ...(version.versionId === 'null' ? {} : { VersionId: version.versionId }),
  }
}

const put = objectName.extend({
  Body: z.union([z.instanceof(Uint8Array), z.string()]).default(''),
  ContentType: z.string().default('application/octet-stream'),
  Metadata: z.record(z.string(), z.string()).default({}),
  IfMatch: z.string().optional(),
  IfNoneMatch: z.string().optional(),
})

async function putObject(input: Json, call: Call): Promise<Json> {
  // The state-machine engine may hand over any JSON value: S3 then stores its text.
  const body = input.Body
  const text = typeof body === 'object' && body !== null && !(body instanceof Uint8Array)
  const request = parse(put, text ? { ...input, Body: JSON.stringify(body) } : input)
  const store = storeOf(call.cloud)
  const bytes = typeof request.Body === 'string' ? Buffer.from(request.Body) : request.Body
  const staged = await stageObject(store.workDirectory(request.Bucket), once(bytes), ['CRC64NVME'])
  const version = await store.commit(
    request.Bucket,
    request.Key,
    staged,
    {
      contentType: request.ContentType,
      headers: {},
      metadata: request.Metadata,
      checksum: { name: 'CRC64NVME', value: staged.checksums.get('CRC64NVME') ?? '', type: 'FULL_OBJECT' },
    },
    {
      ifMatch: request.IfMatch === undefined ? undefined : unquote(request.IfMatch),
      ifNoneMatch: request.IfNoneMatch === undefined ? undefined : unquote(request.IfNoneMatch),
      at: call.cloud.now(),
    },
  )
  announce(call.cloud, store.bucket(request.Bucket), version, 'PutObject', call.requestId)
  return {
    ETag: `"${version.etag}"`,
    ...(version.versionId === 'null' ? {} : { VersionId: version.versionId }),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function deleteObject(input: Json, call: Call): Promise<Json> {
  const { Bucket, Key, VersionId } = parse(objectName, input)
  const done = await storeOf(call.cloud).remove(Bucket, Key, VersionId, call.cloud.now())
  return {
    ...(done.versionId === undefined ? {} : { VersionId: done.versionId }),
    ...(done.deleteMarker === undefined ? {} : { DeleteMarker: done.deleteMarker }),
  }
}

const listing = z.object({
  Bucket: z.string(),
  Prefix: z.string().default(''),
  Delimiter: z.string().default(''),
  StartAfter: z.string().default(''),
  ContinuationToken: z.string().optional(),
  MaxKeys: z.int().min(0).max(1_000).default(1_000),
})

async function listObjectsV2(input: Json, call: Call): Promise<Json> {
  const { Bucket, Prefix, Delimiter, StartAfter, ContinuationToken, MaxKeys } = parse(listing, input)
  const after =
    ContinuationToken === undefined
      ? StartAfter
      : Buffer.from(ContinuationToken, 'base64url').toString('utf8')
  const request = { prefix: Prefix, delimiter: Delimiter, after, maxKeys: MaxKeys }
  const page = listObjects(storeOf(call.cloud).index(Bucket), request)
  return {
    Name: Bucket,
    Prefix,
    MaxKeys,
    KeyCount: page.entries.length + page.commonPrefixes.length,
    IsTruncated: page.next !== undefined,
    ...(page.next === undefined
      ? {}
      : { NextContinuationToken: Buffer.from(page.next).toString('base64url') }),
    Contents: page.entries.map(({ key, size, etag, lastModified }) => ({
      Key: key,
      Size: size,
      ETag: `"${etag}"`,
      LastModified: new Date(lastModified),
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((name) => ({ Prefix: name })),
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, input: Json): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalidArgument(`${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'not valid'}`)
}

export const unframedActions: Readonly<Record<string, Action>> = {
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  ListObjectsV2: listObjectsV2,
}
