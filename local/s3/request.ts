/** One S3 request: what it addresses, and helpers to read its headers and write its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { document, type XmlFields } from '../gateway/xml.ts'
import type { Call } from '../service.ts'
import type { ObjectStore } from './object-store.ts'
import type { ObjectVersion } from './object-version.ts'

export interface S3Request {
  readonly store: ObjectStore
  readonly call: Call
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly bucket: string
  readonly key: string
  /** May the caller do this? Throws `AccessDenied` when not. */
  allow(action: string, resource: { bucket: string; key?: string }, context?: Record<string, string>): void
}

const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

export function sendXml(response: ServerResponse, root: string, fields: XmlFields, status = 200): void {
  const body = document(root, fields, s3Namespace)
  response
    .writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
    .end(body)
}

export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers).end()
}

/** Headers that describe an object in the answers to GET, HEAD and PUT. */
export function versionHeaders(version: ObjectVersion): Record<string, string> {
  return {
    etag: `"${version.etag}"`,
    ...(version.versionId === 'null' ? {} : { 'x-amz-version-id': version.versionId }),
  }
}

export function objectHeaders(version: ObjectVersion, withChecksum: boolean): Record<string, string> {
  const metadata = Object.entries(version.metadata).map(
    ([name, value]) => [`x-amz-meta-${name}`, value] as const,
  )
  const { checksum } = version
  return {
    ...versionHeaders(version),
    ...version.headers,
    ...Object.fromEntries(metadata),
    'content-type': version.contentType,
    'last-modified': new Date(version.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(withChecksum && checksum !== undefined
      ? {
          [`x-amz-checksum-${checksum.name.toLowerCase()}`]: checksum.value,
          'x-amz-checksum-type': checksum.type,
        }
      : {}),
  }
}

/** ETag without its quotes and weak prefix. */
export function unquote(etag: string): string {
  return etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
}
