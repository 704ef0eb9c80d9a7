/** Receives a request's body: removes aws-chunked framing, writes it to a staging file, verifies every checksum given. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { AwsChunkedDecoder } from './aws-chunked.ts'
import { type ChecksumName, checksumNames } from './checksum.ts'
import { badDigest, invalidArgument } from './errors.ts'
import { header } from './request.ts'
import { type StagedObject, stageObject } from './staged-object.ts'

export interface ReceivedBody {
  readonly staged: StagedObject
  /** The checksum that the client chose, otherwise CRC64NVME as S3 adds it. */
  readonly checksum: { readonly name: ChecksumName; readonly value: string }
}

/** @throws AwsError `BadDigest`, `IncompleteBody`; nothing is left behind then. */
export async function receiveBody(request: IncomingMessage, directory: string): Promise<ReceivedBody> {
  const named = checksumNames.find(
    (name) =>
      header(request, `x-amz-checksum-${name.toLowerCase()}`) !== undefined ||
      (header(request, 'x-amz-trailer') ?? '')
        .toLowerCase()
        .includes(`x-amz-checksum-${name.toLowerCase()}`) ||
      header(request, 'x-amz-sdk-checksum-algorithm') === name,
  )
  const name = named ?? 'CRC64NVME'
  const sha256 = header(request, 'x-amz-content-sha256') ?? ''
  const wholeHash = /^[0-9a-f]{64}$/.test(sha256)
  const names: ChecksumName[] = wholeHash && name !== 'SHA256' ? [name, 'SHA256'] : [name]

  let trailers: ReadonlyMap<string, string> = new Map()
  const framed =
    sha256.startsWith('STREAMING-') || (header(request, 'content-encoding') ?? '').includes('aws-chunked')
  const body = framed ? unframed(request, (found) => (trailers = found)) : request
  const staged = await stageObject(directory, body, names)
  try {
    verify(request, staged, trailers, name, wholeHash ? sha256 : undefined)
  } catch (error) {
    await rm(staged.file, { force: true })
    throw error
  }
  return { staged, checksum: { name, value: staged.checksums.get(name) ?? '' } }
}

function unframed(
  request: IncomingMessage,
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
): AsyncIterable<Uint8Array> {
  const decoder = new AwsChunkedDecoder(onTrailers)
  // The reader sees the decoder's error; the callback only keeps pipeline from throwing it a second time.
  return pipeline(request, decoder, () => undefined)
}

function verify(
  request: IncomingMessage,
  staged: StagedObject,
  trailers: ReadonlyMap<string, string>,
  name: ChecksumName,
  sha256: string | undefined,
): void {
  const field = `x-amz-checksum-${name.toLowerCase()}`
  const claimed = header(request, field) ?? trailers.get(field)
  if (claimed !== undefined && claimed !== staged.checksums.get(name)) throw badDigest(name)
  const md5 = header(request, 'content-md5')
  if (md5 !== undefined && Buffer.from(md5, 'base64').toString('hex') !== staged.md5)
    throw badDigest('Content-MD5')
  const hash = Buffer.from(staged.checksums.get('SHA256') ?? '', 'base64').toString('hex')
  if (sha256 !== undefined && hash !== sha256) throw badDigest('x-amz-content-sha256')
  const length = header(request, 'x-amz-decoded-content-length')
  if (length !== undefined && Number(length) !== staged.size)
    throw invalidArgument(`x-amz-decoded-content-length is ${length}, the body has ${staged.size} bytes`)
}

/** Checksum of a multipart object: the checksum of the parts' checksums, and their number. */
export function compositeChecksum(name: ChecksumName, digest: Uint8Array, parts: number): string {
  return `${Buffer.from(digest).toString('base64')}${name === 'CRC64NVME' ? '' : `-${parts}`}`
}

/** ETag of a multipart object: the MD5 of the parts' MD5s, and their number. */
export function multipartEtag(partMd5s: readonly string[]): string {
  const hash = createHash('md5')
  for (const md5 of partMd5s) hash.update(Buffer.from(md5, 'hex'))
  return `${hash.digest('hex')}-${partMd5s.length}`
}
