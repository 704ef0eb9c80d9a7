/** S3: bytes, metadata, checksums, ranges, conditions, copies, presigned addresses. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { contract, refusal } from './contract.ts'
import { presignGet } from './presign.ts'
import { documented, openS3 } from './s3-tools.ts'

contract('S3', openS3, (agree) => {
  agree('gives back the bytes, type and metadata of an object', async ({ s3, bucket, put }) => {
    const Key = 'a folder/ü&+=?.txt'
    const { ETag } = await put(Key, 'héllo', { ContentType: 'text/plain', Metadata: { owner: 'me' } })
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
    expect(await answer.Body?.transformToString()).toBe('héllo')
    expect(ETag).toBe(`"${createHash('md5').update('héllo').digest('hex')}"`)
    expect(answer).toMatchObject({
      ETag,
      ContentType: 'text/plain',
      ContentLength: 6,
      Metadata: { owner: 'me' },
      AcceptRanges: 'bytes',
    })
    expect(answer.LastModified).toBeInstanceOf(Date)
  })

  agree('keeps an empty object', async ({ s3, bucket, put, get }) => {
    await put('empty', '')
    expect(await get('empty')).toBe('')
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'empty' }))
    expect(head).toMatchObject({ ContentLength: 0, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' })
  })

  agree('keeps the standard headers of an object', async ({ s3, bucket, put }) => {
    const headers = {
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="x.csv"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'en',
    }
    await put('headers', 'x', headers)
    expect(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'headers' }))).toMatchObject(headers)
  })

  agree('stores what a stream holds, without the framing of the wire', async ({ s3, bucket, get }) => {
    const Body = Readable.from([Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')])
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'stream', Body, ContentLength: 140_000 }))
    expect(await get('stream')).toBe('a'.repeat(70_000) + 'b'.repeat(70_000))
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'stream' }))
    expect(head.ContentEncoding ?? '').toBe('')
    expect(head.ContentLength).toBe(140_000)
  })

  agree(
    "returns the checksum that the SDK adds of its own accord, a stream's too",
    async ({ s3, bucket, put }) => {
      const { ChecksumCRC32 } = await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: 'crc', Body: '123456789' }),
      )
      // The check value of CRC-32 in the catalogue of CRCs: the checksum of the nine digits.
      expect(ChecksumCRC32).toBe('y/Q5Jg==')
      await put('crc-stream', Readable.from([Buffer.from('1234'), Buffer.from('56789')]), {
        ContentLength: 9,
      })
      for (const Key of ['crc', 'crc-stream']) {
        const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }))
        expect(head.ChecksumCRC32).toBe('y/Q5Jg==')
      }
    },
  )

  for (const [ChecksumAlgorithm, expected] of [
    ['CRC32C', '4waSgw=='],
    ['SHA1', createHash('sha1').update('123456789').digest('base64')],
    ['SHA256', createHash('sha256').update('123456789').digest('base64')],
  ] as const)
    agree(`verifies and returns a ${ChecksumAlgorithm} checksum`, async ({ s3, bucket, put }) => {
      await put(ChecksumAlgorithm, '123456789', { ChecksumAlgorithm })
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: bucket, Key: ChecksumAlgorithm, ChecksumMode: 'ENABLED' }),
      )
      expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(expected)
    })

  agree(
    'refuses a body that does not match its checksum and keeps nothing',
    {
      moto: 'stores the body without looking at the checksum',
      documented: documented('userguide/checking-object-integrity-upload.html'),
    },
    async ({ put, get }) => {
      expect(await refusal(put('wrong', 'abc', { ChecksumCRC32: 'AAAAAA==' }))).toEqual({
        name: 'BadDigest',
        status: 400,
      })
      expect((await refusal(get('wrong'))).name).toBe('NoSuchKey')
    },
  )

  agree(
    'refuses a body that does not match its MD5',
    {
      moto: 'stores the body without looking at Content-MD5',
      documented: documented('API/API_PutObject.html'),
    },
    async ({ put }) => {
      const wrong = createHash('md5').update('other').digest('base64')
      expect((await refusal(put('md5', 'abc', { ContentMD5: wrong }))).name).toBe('BadDigest')
    },
  )

  for (const [Range, expected] of [
    ['bytes=1-3', '123'],
    ['bytes=7-', '789'],
    ['bytes=-2', '89'],
    ['bytes=8-100', '89'],
    ['bytes=0-0', '0'],
  ] as const)
    agree(`answers the range ${Range}`, async ({ s3, bucket, put }) => {
      await put('digits', '0123456789')
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'digits', Range }))
      expect(await answer.Body?.transformToString()).toBe(expected)
      const first = Number('0123456789'.indexOf(expected))
      expect(answer).toMatchObject({
        $metadata: { httpStatusCode: 206 },
        ContentRange: `bytes ${first}-${first + expected.length - 1}/10`,
        ContentLength: expected.length,
      })
    })

  agree('refuses a range behind the end', async ({ put, get }) => {
    await put('digits', '0123456789')
    expect(await refusal(get('digits', { Range: 'bytes=10-' }))).toEqual({
      name: 'InvalidRange',
      status: 416,
    })
  })

  agree('writes only where nothing is, under If-None-Match: *', async ({ put, get }) => {
    await put('once', 'one', { IfNoneMatch: '*' })
    expect(await refusal(put('once', 'two', { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    })
    expect(await get('once')).toBe('one')
  })

  agree('replaces an object only while its ETag is the one expected', async ({ put, get }) => {
    const { ETag } = await put('swap', 'one')
    await put('swap', 'two', { IfMatch: ETag })
    expect(await refusal(put('swap', 'three', { IfMatch: ETag }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    })
    expect(await get('swap')).toBe('two')
  })

  agree('answers 404 to a conditional replacement of what is not there', async ({ put }) => {
    const call = put('nowhere', 'x', { IfMatch: '"d41d8cd98f00b204e9800998ecf8427e"' })
    expect(await refusal(call)).toEqual({ name: 'NoSuchKey', status: 404 })
  })

  agree('reads under conditions', async ({ put, get }) => {
    const { ETag } = await put('read', 'x')
    expect(await get('read', { IfMatch: ETag })).toBe('x')
    expect((await refusal(get('read', { IfNoneMatch: ETag }))).status).toBe(304)
    expect((await refusal(get('read', { IfMatch: '"0"' }))).status).toBe(412)
    const later = new Date(Date.now() + 60_000)
    const earlier = new Date(Date.now() - 60_000)
    expect((await refusal(get('read', { IfModifiedSince: later }))).status).toBe(304)
    expect((await refusal(get('read', { IfUnmodifiedSince: earlier }))).status).toBe(412)
  })

  agree('says which object or bucket is not there', async ({ s3, bucket, get }) => {
    expect(await refusal(get('absent'))).toEqual({ name: 'NoSuchKey', status: 404 })
    expect(await refusal(get('absent', { Bucket: 'absent-bucket' }))).toEqual({
      name: 'NoSuchBucket',
      status: 404,
    })
    const head = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'absent' }))
    expect(await refusal(head)).toEqual({ name: 'NotFound', status: 404 })
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket: 'absent-bucket' })))).toEqual({
      name: 'NotFound',
      status: 404,
    })
  })

  agree('copies an object with its metadata, or with new ones', async ({ s3, bucket, put, get }) => {
    await put('source +é', 'x', { Metadata: { a: '1' }, ContentType: 'text/css' })
    const CopySource = `${bucket}/${encodeURIComponent('source +é')}`
    const copied = await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: 'copy', CopySource }))
    expect(copied.CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('x').digest('hex')}"`)
    expect(await get('copy')).toBe('x')
    const change = { MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const
    await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: 'changed', CopySource, ...change }))
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))
    expect(await head('copy')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/css' })
    expect((await head('changed')).Metadata).toEqual({ b: '2' })
  })

  agree('refuses to copy an object onto itself unchanged', async ({ s3, bucket, put }) => {
    await put('self', 'x')
    const call = s3.send(new CopyObjectCommand({ Bucket: bucket, Key: 'self', CopySource: `${bucket}/self` }))
    expect(await refusal(call)).toEqual({ name: 'InvalidRequest', status: 400 })
  })

  agree('deletes what is there and what is not alike', async ({ s3, bucket, put, get }) => {
    await put('gone', 'x')
    for (const Key of ['gone', 'never-there'])
      expect((await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))).$metadata.httpStatusCode).toBe(
        204,
      )
    expect((await refusal(get('gone'))).name).toBe('NoSuchKey')
  })

  agree('deletes several objects and says which', async ({ s3, bucket, put }) => {
    await put('many/1 <&>', 'x')
    await put('many/2', 'x')
    const Objects = [{ Key: 'many/1 <&>' }, { Key: 'many/2' }, { Key: 'many/3' }]
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }),
    )
    expect(Deleted?.map(({ Key }) => Key).sort()).toEqual(['many/1 <&>', 'many/2', 'many/3'])
    expect(Errors ?? []).toEqual([])
  })

  agree(
    'names no deleted object in a quiet deletion',
    { moto: 'names them all the same', documented: documented('API/API_DeleteObjects.html') },
    async ({ s3, bucket, put }) => {
      await put('quiet', 'x')
      const Delete = { Objects: [{ Key: 'quiet' }], Quiet: true }
      const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))
      expect(Deleted ?? []).toEqual([])
    },
  )

  agree('serves a presigned address, with the type that it asks for', async ({ endpoint, bucket, put }) => {
    await put('shared file.csv', 'a,b\n')
    const query = { 'response-content-type': 'text/plain' }
    const answer = await fetch(presignGet(endpoint, `/${bucket}/shared%20file.csv`, { query }))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(await answer.text()).toBe('a,b\n')
  })

  agree(
    'refuses a presigned address that has expired',
    {
      moto: 'does not look at the date of an address',
      documented: documented('userguide/using-presigned-url.html'),
    },
    async ({ endpoint, bucket, put }) => {
      await put('expired', 'x')
      const at = new Date(Date.now() - 120_000)
      const answer = await fetch(presignGet(endpoint, `/${bucket}/expired`, { at, seconds: 60 }))
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('<Message>Request has expired</Message>')
    },
  )
})
