/** S3's REST protocol: finds the operation by method, path and query, and writes errors as S3 does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { document } from '../gateway/xml.ts'
import type { Guard } from '../iam/guard.ts'
import { AwsError, type Call } from '../service.ts'
import * as buckets from './bucket-operations.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import { getObject, headObject } from './get-object.ts'
import { listObjectsV1, listObjectsV2, listObjectVersions } from './list-objects.ts'
import * as multipart from './multipart.ts'
import type { ObjectStore } from './object-store.ts'
import { copyObject, putObject } from './put-object.ts'
import { header, type S3Request } from './request.ts'

interface Route {
  readonly name: string
  readonly method: string
  readonly on: 'service' | 'bucket' | 'object'
  /** The request matches when its query has this parameter (with this value after `=`), or its headers this name. */
  readonly query?: string
  readonly header?: string
  readonly run: (s3: S3Request) => Promise<void>
}

/** The first match wins: those with a query or header stand before those without. */
export const routes: readonly Route[] = [
  { name: 'ListBuckets', method: 'GET', on: 'service', run: buckets.listBuckets },
  {
    name: 'GetBucketLocation',
    method: 'GET',
    on: 'bucket',
    query: 'location',
    run: buckets.getBucketLocation,
  },
  {
    name: 'GetBucketVersioning',
    method: 'GET',
    on: 'bucket',
    query: 'versioning',
    run: buckets.getBucketVersioning,
  },
  {
    name: 'PutBucketVersioning',
    method: 'PUT',
    on: 'bucket',
    query: 'versioning',
    run: buckets.putBucketVersioning,
  },
  { name: 'ListObjectVersions', method: 'GET', on: 'bucket', query: 'versions', run: listObjectVersions },
  { name: 'ListObjectsV2', method: 'GET', on: 'bucket', query: 'list-type=2', run: listObjectsV2 },
  { name: 'ListObjects', method: 'GET', on: 'bucket', run: listObjectsV1 },
  { name: 'DeleteObjects', method: 'POST', on: 'bucket', query: 'delete', run: deleteObjects },
  { name: 'CreateBucket', method: 'PUT', on: 'bucket', run: buckets.createBucket },
  { name: 'HeadBucket', method: 'HEAD', on: 'bucket', run: buckets.headBucket },
  { name: 'DeleteBucket', method: 'DELETE', on: 'bucket', run: buckets.deleteBucket },
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    on: 'object',
    query: 'uploads',
    run: multipart.createMultipartUpload,
  },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    on: 'object',
    query: 'uploadId',
    run: multipart.completeMultipartUpload,
  },
  { name: 'UploadPart', method: 'PUT', on: 'object', query: 'uploadId', run: multipart.uploadPart },
  { name: 'ListParts', method: 'GET', on: 'object', query: 'uploadId', run: multipart.listParts },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    on: 'object',
    query: 'uploadId',
    run: multipart.abortMultipartUpload,
  },
  { name: 'CopyObject', method: 'PUT', on: 'object', header: 'x-amz-copy-source', run: copyObject },
  { name: 'PutObject', method: 'PUT', on: 'object', run: putObject },
  { name: 'GetObject', method: 'GET', on: 'object', run: getObject },
  { name: 'HeadObject', method: 'HEAD', on: 'object', run: headObject },
  { name: 'DeleteObject', method: 'DELETE', on: 'object', run: deleteObject },
]

/** Query parameters that name an operation: with one that no route knows, a request must not fall through to another. */
const subresources = [
  'acl',
  'policy',
  'cors',
  'lifecycle',
  'tagging',
  'notification',
  'encryption',
  'website',
  'logging',
  'replication',
  'torrent',
  'retention',
  'legal-hold',
  'object-lock',
  'restore',
  'select',
  'attributes',
  'publicAccessBlock',
  'ownershipControls',
  'accelerate',
  'requestPayment',
  'inventory',
  'metrics',
  'analytics',
  'intelligent-tiering',
]

export async function answerS3(
  store: ObjectStore,
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const { bucket, key } = address(request, url)
  try {
    const route = findRoute(request, url, bucket, key)
    await route.run({
      store,
      call,
      request,
      response,
      query: url.searchParams,
      bucket,
      key,
      allow: (action, on, context = {}) =>
        guard.check(
          call,
          action,
          [call.cloud.arn('s3', on.key === undefined ? on.bucket : `${on.bucket}/${on.key}`)],
          context,
        ),
    })
  } catch (error) {
    answerError(error, request, response, call)
  }
  // Bytes that nobody read would otherwise be taken for the next request of the connection.
  request.resume()
  return true
}

function findRoute(request: IncomingMessage, url: URL, bucket: string, key: string): Route {
  const on = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object'
  const query = url.searchParams
  const unknown = subresources.find((name) => query.has(name))
  const route = routes.find((candidate) => {
    const [name = '', value] = (candidate.query ?? '').split('=')
    if (candidate.on !== on || candidate.method !== request.method) return false
    if (
      candidate.query !== undefined &&
      (!query.has(name) || (value !== undefined && query.get(name) !== value))
    )
      return false
    return candidate.header === undefined || header(request, candidate.header) !== undefined
  })
  if (route !== undefined && unknown === undefined) return route
  const names = routes.map(({ name }) => name).join(', ')
  throw new AwsError(
    'NotImplemented',
    `the local S3 has no ${request.method} on ${on === 'service' ? 'the service' : `a ${on}`}${unknown === undefined ? '' : ` ?${unknown}`}; it has ${names}`,
    501,
  )
}

/** Path style, or `bucket.s3.<anything>` and `bucket.localhost` as host. */
function address(request: IncomingMessage, url: URL): { bucket: string; key: string } {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  const fromHost = /^(.+?)(?:\.s3(?:[.-].*)?\.(?:localhost|127\.0\.0\.1)|\.localhost)$/.exec(host)?.[1]
  const path = url.pathname.slice(1)
  if (fromHost !== undefined) return { bucket: fromHost, key: decode(path) }
  const slash = path.indexOf('/')
  if (slash === -1) return { bucket: decode(path), key: '' }
  return { bucket: decode(path.slice(0, slash)), key: decode(path.slice(slash + 1)) }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400)
  }
}

function answerError(error: unknown, request: IncomingMessage, response: ServerResponse, call: Call): void {
  if (response.headersSent) {
    // The body was cut in the middle (the client left, the disk failed): only an aborted connection says so.
    response.destroy()
    return
  }
  if (!(error instanceof AwsError))
    call.cloud.log(`s3: ${request.method} ${request.url?.split('?')[0]}: ${String(error)}`)
  const known =
    error instanceof AwsError
      ? error
      : new AwsError('InternalError', 'We encountered an internal error.', 500)
  if (request.method === 'HEAD') {
    response.writeHead(known.status).end()
    return
  }
  const fields = Object.entries(known.fields).map(([name, value]) => [name, String(value)])
  const body = document('Error', {
    Code: known.code,
    Message: known.message,
    ...Object.fromEntries(fields),
    RequestId: call.requestId,
  })
  response.writeHead(known.status, { 'content-type': 'application/xml' }).end(body)
}
