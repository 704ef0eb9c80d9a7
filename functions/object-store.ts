/** Objects in S3 by URI: JSON documents, whole objects and byte ranges. Credentials and endpoint come from the environment. */
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { parseS3Uri } from './layout.ts'
import { namedFault } from './service-fault.ts'

/** The SDK tries a request again, and not the reading of an answer that is cut off. */
const unanswered = 'the bucket did not answer to the end'

let client: S3Client | undefined

/** Made at the first call, when the environment names its endpoint; a laptop has no bucket hosts, hence the path style. */
export function s3(): S3Client {
  client ??= new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined })
  return client
}

/** @param uri `s3://<bucket>/<key>` */
export const address = (uri: string) => {
  const { bucket, key } = parseS3Uri(uri)
  return { Bucket: bucket, Key: key }
}

/** Answers `undefined` where there is no such object. */
export async function headIfThere(uri: string): Promise<ObjectHead | undefined> {
  try {
    return await head(uri)
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined
    throw error
  }
}

export interface ObjectRange {
  readonly uri: string
  readonly versionId?: string | undefined
  /** First byte, inclusive. */
  readonly byteStart?: number | undefined
  /** Last byte, exclusive. */
  readonly byteEnd?: number | undefined
}

export async function getBytes(range: ObjectRange): Promise<Buffer> {
  try {
    const { Body } = await s3().send(rangeCommand(range))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  } catch (error) {
    throw namedFault(error, unanswered)
  }
}

export async function getJson(uri: string): Promise<unknown> {
  return JSON.parse((await getBytes({ uri })).toString('utf8'))
}

/** Streams a range of an object into `file`; appends when `append` is set. */
export async function download(
  range: ObjectRange,
  file: string,
  options: { append?: boolean } = {},
): Promise<void> {
  try {
    const { Body } = await s3().send(rangeCommand(range))
    await pipeline(Body as Readable, createWriteStream(file, { flags: options.append === true ? 'a' : 'w' }))
  } catch (error) {
    throw namedFault(error, unanswered)
  }
}

export async function putBytes(
  uri: string,
  body: Uint8Array | string,
  contentType = 'application/octet-stream',
) {
  await s3().send(new PutObjectCommand({ ...address(uri), Body: body, ContentType: contentType }))
}

export async function putJson(uri: string, value: unknown): Promise<void> {
  await putBytes(uri, JSON.stringify(value), 'application/json')
}

/** Puts a document that must not be there yet; `false` when it was, and nothing changed. */
export async function putJsonOnce(uri: string, value: unknown): Promise<boolean> {
  try {
    await s3().send(
      new PutObjectCommand({
        ...address(uri),
        Body: JSON.stringify(value),
        ContentType: 'application/json',
        IfNoneMatch: '*',
      }),
    )
    return true
  } catch (error) {
    // A concurrent conditional write is answered 409, and may be tried again (S3 API reference, PutObject).
    if (error instanceof Error && error.name === 'ConditionalRequestConflict')
      return await putJsonOnce(uri, value)
    if (error instanceof Error && error.name === 'PreconditionFailed') return false
    throw error
  }
}

/** Copies an object within S3, at most 5 GiB, without its tags: those ask for permissions of their own. */
export async function copyObject(
  from: { readonly uri: string; readonly versionId?: string | undefined },
  to: string,
): Promise<void> {
  const { bucket, key } = parseS3Uri(from.uri)
  const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  const version = from.versionId === undefined ? '' : `?versionId=${encodeURIComponent(from.versionId)}`
  await s3().send(
    new CopyObjectCommand({
      ...address(to),
      CopySource: `${path}${version}`,
      TaggingDirective: 'REPLACE',
    }),
  )
}

export interface ObjectHead {
  readonly uri: string
  readonly bytes: number
  readonly etag: string
  readonly versionId?: string | undefined
}

export async function head(uri: string): Promise<ObjectHead> {
  const answer = await s3().send(new HeadObjectCommand(address(uri)))
  return { uri, bytes: answer.ContentLength ?? 0, etag: answer.ETag ?? '', versionId: answer.VersionId }
}

/** Every object below a prefix, in key order. */
export async function list(prefixUri: string): Promise<{ uri: string; bytes: number }[]> {
  const { bucket, key } = parseS3Uri(prefixUri)
  const found: { uri: string; bytes: number }[] = []
  let token: string | undefined
  do {
    const page = await s3().send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: key,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    )
    for (const object of page.Contents ?? [])
      found.push({ uri: `s3://${bucket}/${object.Key}`, bytes: object.Size ?? 0 })
    token = page.NextContinuationToken
  } while (token !== undefined)
  return found
}

function rangeCommand({ uri, versionId, byteStart, byteEnd }: ObjectRange): GetObjectCommand {
  const range =
    byteStart === undefined && byteEnd === undefined
      ? undefined
      : `bytes=${byteStart ?? 0}-${byteEnd === undefined ? '' : byteEnd - 1}`
  return new GetObjectCommand({
    ...address(uri),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(range === undefined ? {} : { Range: range }),
  })
}
