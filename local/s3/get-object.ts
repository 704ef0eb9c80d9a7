/** GetObject and HeadObject: ranges, versions, conditions. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { AwsError } from '../service.ts'
import { noSuchKey, preconditionFailed } from './errors.ts'
import type { ObjectVersion } from './object-version.ts'
import { header, objectHeaders, type S3Request, sendEmpty, unquote } from './request.ts'

export async function getObject(s3: S3Request): Promise<void> {
  const { store, request, response, bucket } = s3
  const version = find(s3)
  if (notModified(s3, version)) return
  const range = readRange(header(request, 'range'), version.size)
  const headers = {
    ...objectHeaders(version, range === undefined && header(request, 'x-amz-checksum-mode') === 'ENABLED'),
    ...overrides(s3.query),
  }
  const { start, end } = range ?? { start: 0, end: version.size }
  // Opened before the answer starts: a concurrent delete can then no longer cut the body short.
  const handle = await open(store.file(bucket, version), 'r').catch(() => {
    throw noSuchKey(version.key)
  })
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-length': String(end - start),
    ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${version.size}` }),
  })
  if (end === start) {
    await handle.close()
    response.end()
    return
  }
  await pipeline(
    createReadStream('', { fd: handle, start, end: end - 1, highWaterMark: 256 * 1024 }),
    response,
  )
}

export async function headObject(s3: S3Request): Promise<void> {
  const { request, response } = s3
  const version = find(s3)
  if (notModified(s3, version)) return
  const range = readRange(header(request, 'range'), version.size)
  response
    .writeHead(range === undefined ? 200 : 206, {
      ...objectHeaders(version, header(request, 'x-amz-checksum-mode') === 'ENABLED'),
      'content-length': String(range === undefined ? version.size : range.end - range.start),
    })
    .end()
}

function find({ store, bucket, key, query, response, allow }: S3Request): ObjectVersion {
  const versionId = query.get('versionId') ?? undefined
  allow(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', { bucket, key })
  const [newest] = store.index(bucket).versions(key)
  if (versionId === undefined && newest?.deleteMarker === true)
    response.setHeader('x-amz-delete-marker', 'true')
  const version = store.version(bucket, key, versionId)
  if (version.deleteMarker)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
  return version
}

/** RFC 9110 section 13: If-Match before the dates, If-None-Match answers 304. */
function notModified({ request, response }: S3Request, version: ObjectVersion): boolean {
  const matches = (list: string) =>
    list.split(',').some((tag) => tag.trim() === '*' || unquote(tag) === version.etag)
  const modified = Math.floor(Date.parse(version.lastModified) / 1_000) * 1_000
  const ifMatch = header(request, 'if-match')
  if (ifMatch !== undefined && !matches(ifMatch)) throw preconditionFailed('If-Match')
  const unmodifiedSince = Date.parse(header(request, 'if-unmodified-since') ?? '')
  if (ifMatch === undefined && modified > unmodifiedSince) throw preconditionFailed('If-Unmodified-Since')
  const ifNoneMatch = header(request, 'if-none-match')
  const since = Date.parse(header(request, 'if-modified-since') ?? '')
  const same = ifNoneMatch === undefined ? modified <= since : matches(ifNoneMatch)
  if (same) sendEmpty(response, 304, { etag: `"${version.etag}"` })
  return same
}

/** End exclusive. A header that is no byte range is ignored, as RFC 9110 wants. @throws AwsError `InvalidRange` */
export function readRange(
  text: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '')
  const [, first = '', last = ''] = match ?? []
  if (match === null || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (start >= size || (first === '' && last === '0'))
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: text,
      ActualObjectSize: size,
    })
  return { start, end }
}

/** `response-content-type=…` of a presigned address. */
function overrides(query: URLSearchParams): Record<string, string> {
  const names = [
    'content-type',
    'content-disposition',
    'content-encoding',
    'content-language',
    'cache-control',
  ]
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query.get(`response-${name}`)
      return value === null ? [] : [[name, value]]
    }),
  )
}
