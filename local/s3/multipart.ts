/** Multipart uploads: parts are files of their own until the upload is completed into one object. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import * as z from 'zod'
import { readIfThere, writeAtomically } from '../atomic-file.ts'
import { readBody } from '../gateway/server.ts'
import { AwsError } from '../service.ts'
import { compositeChecksum, multipartEtag, receiveBody } from './body.ts'
import { checksumNames, hasher } from './checksum.ts'
import { invalidArgument, noSuchUpload } from './errors.ts'
import { announce } from './events.ts'
import { attributesOf, putConditions } from './put-object.ts'
import { header, type S3Request, sendEmpty, sendXml, unquote, versionHeaders } from './request.ts'
import { stageObject } from './staged-object.ts'

const upload = z.object({
  bucket: z.string(),
  key: z.string(),
  startedAt: z.string(),
  checksumName: z.enum(checksumNames).optional(),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']).optional(),
  attributes: z.object({
    contentType: z.string(),
    headers: z.record(z.string(), z.string()),
    metadata: z.record(z.string(), z.string()),
    tags: z.record(z.string(), z.string()).optional(),
  }),
})
const part = z.object({
  number: z.int(),
  size: z.int(),
  md5: z.string(),
  checksum: z.object({ name: z.enum(checksumNames), value: z.string() }),
  uploadedAt: z.string(),
})
type Part = z.output<typeof part>

const smallestPartBytes = 5 * 1024 * 1024

export async function createMultipartUpload(s3: S3Request): Promise<void> {
  const { store, request, response, bucket, key, call, allow } = s3
  allow('s3:PutObject', { bucket, key })
  const id = randomBytes(24).toString('base64url')
  const name = checksumNames.find((known) => known === header(request, 'x-amz-checksum-algorithm'))
  const full =
    header(request, 'x-amz-checksum-type') === 'FULL_OBJECT' || name === undefined || name === 'CRC64NVME'
  const record: z.output<typeof upload> = {
    bucket,
    key,
    startedAt: call.cloud.now().toISOString(),
    ...(name === undefined ? {} : { checksumName: name }),
    checksumType: full ? 'FULL_OBJECT' : 'COMPOSITE',
    attributes: attributesOf(request),
  }
  await writeAtomically(join(store.workDirectory(bucket), id, 'upload.json'), JSON.stringify(record))
  if (name !== undefined) response.setHeader('x-amz-checksum-algorithm', name)
  sendXml(response, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id })
}

export async function uploadPart(s3: S3Request): Promise<void> {
  const { request, response, bucket, key, query, call, allow } = s3
  allow('s3:PutObject', { bucket, key })
  const { directory } = await openUpload(s3)
  const number = Number(query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive')
  const { staged, checksum } = await receiveBody(request, directory)
  await rename(staged.file, join(directory, `${number}.part`))
  const record: Part = {
    number,
    size: staged.size,
    md5: staged.md5,
    checksum,
    uploadedAt: call.cloud.now().toISOString(),
  }
  await writeAtomically(join(directory, `${number}.json`), JSON.stringify(record))
  sendEmpty(response, 200, {
    etag: `"${staged.md5}"`,
    [`x-amz-checksum-${checksum.name.toLowerCase()}`]: checksum.value,
  })
}

export async function listParts(s3: S3Request): Promise<void> {
  const { response, bucket, key, query, allow } = s3
  allow('s3:ListMultipartUploadParts', { bucket, key })
  const { id, directory } = await openUpload(s3)
  const after = Number(query.get('part-number-marker') ?? '0')
  const limit = Math.min(1_000, Number(query.get('max-parts') ?? '1000'))
  const all = (await readParts(directory)).filter(({ number }) => number > after)
  const page = all.slice(0, limit)
  sendXml(response, 'ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: all.length > page.length,
    StorageClass: 'STANDARD',
    Part: page.map(({ number, size, md5, uploadedAt }) => ({
      PartNumber: number,
      LastModified: uploadedAt,
      ETag: `"${md5}"`,
      Size: size,
    })),
  })
}

export async function abortMultipartUpload(s3: S3Request): Promise<void> {
  s3.allow('s3:AbortMultipartUpload', { bucket: s3.bucket, key: s3.key })
  const { directory } = await openUpload(s3)
  await rm(directory, { recursive: true, force: true })
  sendEmpty(s3.response, 204)
}

const completion = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.coerce.number(), ETag: z.string() })).min(1),
  }),
})
const parser = new XMLParser({ isArray: (name) => name === 'Part', parseTagValue: false })

export async function completeMultipartUpload(s3: S3Request): Promise<void> {
  const { store, request, response, bucket, key, call, allow } = s3
  allow('s3:PutObject', { bucket, key })
  const { id, directory, record } = await openUpload(s3)
  const parsed = completion.safeParse(parser.parse((await readBody(request)).toString('utf8')))
  if (!parsed.success) throw new AwsError('MalformedXML', 'The XML you provided was not well-formed', 400)
  const parts = chooseParts(await readParts(directory), parsed.data.CompleteMultipartUpload.Part)
  const name = record.checksumName ?? 'CRC64NVME'
  const staged = await stageObject(store.workDirectory(bucket), joined(directory, parts), [name])
  const composite = record.checksumType === 'COMPOSITE' && name !== 'CRC64NVME'
  const checksum = {
    name,
    type: composite ? ('COMPOSITE' as const) : ('FULL_OBJECT' as const),
    value: composite ? compositeOf(name, parts) : (staged.checksums.get(name) ?? ''),
  }
  const version = await store.commit(
    bucket,
    key,
    staged,
    { ...record.attributes, checksum },
    { ...putConditions(request), etag: multipartEtag(parts.map(({ md5 }) => md5)), at: call.cloud.now() },
  )
  await rm(directory, { recursive: true, force: true })
  announce(call.cloud, store.bucket(bucket), version, 'CompleteMultipartUpload', id)
  for (const [field, value] of Object.entries(versionHeaders(version)))
    if (field !== 'etag') response.setHeader(field, value)
  sendXml(response, 'CompleteMultipartUploadResult', {
    Location: `${call.cloud.endpoint}/${bucket}/${key}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${version.etag}"`,
    [`Checksum${name}`]: checksum.value,
    ChecksumType: checksum.type,
  })
}

function compositeOf(name: Part['checksum']['name'], parts: readonly Part[]): string {
  const hash = hasher(name)
  for (const { checksum } of parts) hash.update(Buffer.from(checksum.value, 'base64'))
  return compositeChecksum(name, hash.bytes(), parts.length)
}

async function* joined(directory: string, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { number } of parts) yield* createReadStream(join(directory, `${number}.part`))
}

function chooseParts(
  uploaded: readonly Part[],
  wanted: readonly { PartNumber: number; ETag: string }[],
): Part[] {
  const chosen = wanted.map(({ PartNumber, ETag }) => {
    const found = uploaded.find(({ number }) => number === PartNumber)
    if (found === undefined || found.md5 !== unquote(ETag))
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber },
      )
    return found
  })
  const inOrder = chosen.every(
    ({ number }, index) => index === 0 || number > (chosen[index - 1]?.number ?? 0),
  )
  if (!inOrder)
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    )
  if (chosen.slice(0, -1).some(({ size }) => size < smallestPartBytes))
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
  return chosen
}

async function readParts(directory: string): Promise<Part[]> {
  const names = (await readdir(directory)).filter((name) => /^\d+\.json$/.test(name))
  const texts = await Promise.all(names.map((name) => readIfThere(join(directory, name))))
  return texts
    .flatMap((text) => (text === undefined ? [] : [part.parse(JSON.parse(text))]))
    .sort((left, right) => left.number - right.number)
}

async function openUpload({ store, bucket, key, query }: S3Request) {
  const id = query.get('uploadId') ?? ''
  if (!/^[\w-]+$/.test(id)) throw noSuchUpload(id)
  const directory = join(store.workDirectory(bucket), id)
  const text = await readIfThere(join(directory, 'upload.json'))
  const record = text === undefined ? undefined : upload.parse(JSON.parse(text))
  if (record === undefined || record.key !== key) throw noSuchUpload(id)
  return { id, directory, record }
}
