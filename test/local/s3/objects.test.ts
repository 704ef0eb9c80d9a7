import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objectFile } from '../../../local/s3/object-file.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

let cloud: TestCloud
let s3: S3Client

beforeAll(async () => {
  cloud = await testCloud()
  s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'plain' }))
  await s3.send(new CreateBucketCommand({ Bucket: 'versioned' }))
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }),
  )
})
afterAll(() => cloud.stop())

const put = (Bucket: string, Key: string, Body: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
async function get(Bucket: string, Key: string, more: object = {}): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return await Body?.transformToString()
}

describe('objects of the local S3', () => {
  it('gives back the bytes, type and metadata of an object', async () => {
    await put('plain', 'a/b c+ü&.txt', 'héllo', { ContentType: 'text/plain', Metadata: { owner: 'me' } })
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'plain', Key: 'a/b c+ü&.txt' }))
    expect(await answer.Body?.transformToString()).toBe('héllo')
    expect(answer).toMatchObject({ ContentType: 'text/plain', Metadata: { owner: 'me' }, ContentLength: 6 })
    expect(answer.ETag).toBe(`"${createHash('md5').update('héllo').digest('hex')}"`)
  })

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies and returns a %s checksum',
    async (ChecksumAlgorithm) => {
      // The check value of the CRC catalogue: the checksum of the nine digits.
      const published = {
        CRC32: 'y/Q5Jg==',
        CRC32C: '4waSgw==',
        CRC64NVME: 'rosUhgp5mIg=',
        SHA1: undefined,
        SHA256: undefined,
      }
      const options =
        ChecksumAlgorithm === 'CRC64NVME' ? { ChecksumCRC64NVME: 'rosUhgp5mIg=' } : { ChecksumAlgorithm }
      await put('plain', `sum-${ChecksumAlgorithm}`, '123456789', options)
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: 'plain', Key: `sum-${ChecksumAlgorithm}`, ChecksumMode: 'ENABLED' }),
      )
      const expected =
        published[ChecksumAlgorithm] ??
        createHash(ChecksumAlgorithm.toLowerCase()).update('123456789').digest('base64')
      expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(expected)
    },
  )

  it('refuses a body that does not match its checksum and keeps nothing', async () => {
    await expect(put('plain', 'wrong', 'abc', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
    })
    await expect(get('plain', 'wrong')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('decodes a streamed body of a client that signs chunks', async () => {
    const Body = Readable.from([Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')])
    await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'stream', Body, ContentLength: 140_000 }))
    expect(await get('plain', 'stream')).toBe('a'.repeat(70_000) + 'b'.repeat(70_000))
  })

  it.each([
    ['bytes=1-3', '123'],
    ['bytes=7-', '789'],
    ['bytes=-2', '89'],
    ['bytes=8-100', '89'],
  ])('answers the range %s', async (Range, expected) => {
    await put('plain', 'digits', '0123456789')
    expect(await get('plain', 'digits', { Range })).toBe(expected)
  })

  it('refuses a range behind the end', async () => {
    await put('plain', 'digits', '0123456789')
    await expect(get('plain', 'digits', { Range: 'bytes=10-' })).rejects.toMatchObject({
      name: 'InvalidRange',
    })
  })

  it('writes only once under If-None-Match: *, whoever comes first', async () => {
    const writers = Array.from({ length: 20 }, (_, index) =>
      put('plain', 'once', `writer ${index}`, { IfNoneMatch: '*' }),
    )
    const outcomes = await Promise.allSettled(writers)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(await get('plain', 'once')).toBe(`writer ${winner}`)
  })

  it('replaces an object only while its ETag is the one expected', async () => {
    const { ETag } = await put('plain', 'cas', 'one')
    await put('plain', 'cas', 'two', { IfMatch: ETag })
    await expect(put('plain', 'cas', 'three', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    expect(await get('plain', 'cas')).toBe('two')
  })

  it('answers 304 to If-None-Match with the current ETag', async () => {
    const { ETag } = await put('plain', 'same', 'x')
    await expect(get('plain', 'same', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    })
  })

  it('keeps every version of a versioned bucket and hides the object behind a delete marker', async () => {
    const first = await put('versioned', 'v', 'one')
    const second = await put('versioned', 'v', 'two')
    const marker = await s3.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'v' }))
    expect(marker.DeleteMarker).toBe(true)
    await expect(get('versioned', 'v')).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect(await get('versioned', 'v', { VersionId: first.VersionId })).toBe('one')
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: 'versioned', Prefix: 'v' }))
    expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second.VersionId, false],
      [first.VersionId, false],
    ])
    await s3.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'v', VersionId: marker.VersionId }))
    expect(await get('versioned', 'v')).toBe('two')
  })

  it('deletes several objects and says which', async () => {
    await Promise.all(['d1', 'd2'].map((key) => put('plain', key, key)))
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: 'plain',
        Delete: { Objects: [{ Key: 'd1' }, { Key: 'd2' }, { Key: 'd3' }] },
      }),
    )
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['d1', 'd2', 'd3'])
    await expect(get('plain', 'd1')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('copies an object with its metadata', async () => {
    await put('plain', 'source & more', 'copied', { Metadata: { a: '1' } })
    await s3.send(
      new CopyObjectCommand({
        Bucket: 'versioned',
        Key: 'copy',
        CopySource: encodeURI('plain/source & more'),
      }),
    )
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'versioned', Key: 'copy' }))
    expect(await answer.Body?.transformToString()).toBe('copied')
    expect(answer.Metadata).toEqual({ a: '1' })
  })

  it('gives other services the path of the bytes', async () => {
    await put('plain', 'linked', 'on disk')
    expect(readFileSync(objectFile(cloud.running.cloud, 'plain', 'linked'), 'utf8')).toBe('on disk')
  })

  it('says 501 with what it has for an operation that it has not', async () => {
    const response = await fetch(`${cloud.running.endpoint}/plain?acl`)
    expect(response.status).toBe(501)
    expect(await response.text()).toContain('the local S3 has no GET on a bucket ?acl; it has ListBuckets')
  })
})
