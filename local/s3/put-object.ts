/** PutObject and CopyObject. */
import { createReadStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { AwsError } from '../service.ts'
import { receiveBody } from './body.ts'
import { invalidArgument, preconditionFailed } from './errors.ts'
import { announce } from './events.ts'
import type { ObjectAttributes } from './object-version.ts'
import { header, type S3Request, sendXml, unquote, versionHeaders } from './request.ts'
import { stageObject } from './staged-object.ts'

const keptHeaders = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const

export async function putObject(s3: S3Request): Promise<void> {
  const { store, request, response, bucket, key, call } = s3
  s3.allow('s3:PutObject', { bucket, key })
  store.bucket(bucket)
  const { staged, checksum } = await receiveBody(request, store.workDirectory(bucket))
  const version = await store.commit(
    bucket,
    key,
    staged,
    { ...attributesOf(request), checksum: { ...checksum, type: 'FULL_OBJECT' } },
    { ...putConditions(request), at: call.cloud.now() },
  )
  announce(call.cloud, store.bucket(bucket), version, 'PutObject', call.requestId)
  response
    .writeHead(200, {
      ...versionHeaders(version),
      [`x-amz-checksum-${checksum.name.toLowerCase()}`]: checksum.value,
      'x-amz-checksum-type': 'FULL_OBJECT',
    })
    .end()
}

/** The source is read from its file, which a concurrent overwrite does not change. */
export async function copyObject(s3: S3Request): Promise<void> {
  const { store, request, response, bucket, key, call } = s3
  const source = copySource(request)
  s3.allow('s3:GetObject', source)
  s3.allow('s3:PutObject', { bucket, key })
  const from = store.version(source.bucket, source.key, source.versionId)
  checkCopyConditions(request, from.etag)
  const replace = header(request, 'x-amz-metadata-directive') === 'REPLACE'
  if (!replace && source.versionId === undefined && source.bucket === bucket && source.key === key)
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  const name = from.checksum?.name ?? 'CRC64NVME'
  const staged = await stageObject(
    store.workDirectory(bucket),
    createReadStream(store.file(source.bucket, from)),
    [name],
  )
  const version = await store.commit(
    bucket,
    key,
    staged,
    {
      ...(replace ? attributesOf(request) : from),
      checksum: { name, value: staged.checksums.get(name) ?? '', type: 'FULL_OBJECT' },
    },
    { ...putConditions(request), at: call.cloud.now() },
  )
  announce(call.cloud, store.bucket(bucket), version, 'CopyObject', call.requestId)
  for (const [field, value] of Object.entries(versionHeaders(version)))
    if (field !== 'etag') response.setHeader(field, value)
  sendXml(response, 'CopyObjectResult', { LastModified: version.lastModified, ETag: `"${version.etag}"` })
}

export function putConditions(request: IncomingMessage) {
  const ifMatch = header(request, 'if-match')
  const ifNoneMatch = header(request, 'if-none-match')
  return {
    ifMatch: ifMatch === undefined ? undefined : unquote(ifMatch),
    ifNoneMatch: ifNoneMatch === undefined ? undefined : unquote(ifNoneMatch),
  }
}

export function attributesOf(request: IncomingMessage): ObjectAttributes {
  const encoding = (header(request, 'content-encoding') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',')
  const kept = keptHeaders.flatMap((name) => {
    const value = header(request, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const metadata = Object.entries(request.headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') && typeof value === 'string'
      ? [[name.slice('x-amz-meta-'.length), value] as const]
      : [],
  )
  const tags = header(request, 'x-amz-tagging')
  return {
    contentType: header(request, 'content-type') ?? 'application/octet-stream',
    headers: { ...Object.fromEntries(kept), ...(encoding === '' ? {} : { 'content-encoding': encoding }) },
    metadata: Object.fromEntries(metadata),
    ...(tags === undefined ? {} : { tags: Object.fromEntries(new URLSearchParams(tags)) }),
  }
}

function copySource(request: IncomingMessage): { bucket: string; key: string; versionId?: string } {
  const [path = '', query = ''] = (header(request, 'x-amz-copy-source') ?? '').split('?versionId=')
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path))
  if (match?.[1] === undefined || match[2] === undefined)
    throw invalidArgument('x-amz-copy-source names no object')
  return { bucket: match[1], key: match[2], ...(query === '' ? {} : { versionId: query }) }
}

function checkCopyConditions(request: IncomingMessage, etag: string): void {
  const wanted = header(request, 'x-amz-copy-source-if-match')
  if (wanted !== undefined && unquote(wanted) !== etag) throw preconditionFailed('x-amz-copy-source-If-Match')
}
