import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestCloud, testCloud } from '../running-cloud.ts'

let cloud: TestCloud
const client = () => new S3Client({ ...cloud.client(), forcePathStyle: true })

beforeEach(async () => {
  cloud = await testCloud()
  await client().send(new CreateBucketCommand({ Bucket: 'data' }))
})
afterEach(() => cloud.stop())

describe('the local S3 on disk', () => {
  it('has every acknowledged object after a restart, and no bytes without an object', async () => {
    await client().send(new PutObjectCommand({ Bucket: 'data', Key: 'kept', Body: 'kept' }))
    const stray = join(cloud.directory, 's3', 'data', 'objects', 'ff', 'f'.repeat(40))
    mkdirSync(stray, { recursive: true })
    writeFileSync(join(stray, '0123.data'), 'bytes of a put that was cut short')
    cloud = await cloud.restart()
    const listed = await client().send(new ListObjectsV2Command({ Bucket: 'data' }))
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['kept'])
    expect(existsSync(join(stray, '0123.data'))).toBe(false)
    const { Body } = await client().send(new GetObjectCommand({ Bucket: 'data', Key: 'kept' }))
    expect(await Body?.transformToString()).toBe('kept')
  })

  it('shows nothing of an upload whose client went away', async () => {
    await new Promise<void>((resolve) => {
      const upload = request(`${cloud.running.endpoint}/data/half`, {
        method: 'PUT',
        headers: { 'content-length': 1_000 },
      })
      upload.on('error', () => resolve())
      upload.write('only a part', () => upload.destroy(new Error('gone')))
    })
    const listed = await client().send(new ListObjectsV2Command({ Bucket: 'data' }))
    expect(listed.KeyCount).toBe(0)
  })

  it('completes a multipart upload that a restart interrupted', async () => {
    const { UploadId } = await client().send(new CreateMultipartUploadCommand({ Bucket: 'data', Key: 'big' }))
    const part = (PartNumber: number, Body: Buffer) =>
      client().send(new UploadPartCommand({ Bucket: 'data', Key: 'big', UploadId, PartNumber, Body }))
    const first = await part(1, Buffer.alloc(5 * 1024 * 1024, 'a'))
    cloud = await cloud.restart()
    const second = await part(2, Buffer.from('end'))
    const listed = await client().send(new ListPartsCommand({ Bucket: 'data', Key: 'big', UploadId }))
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * 1024 * 1024],
      [2, 3],
    ])
    const Parts = [first, second].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }))
    const done = await client().send(
      new CompleteMultipartUploadCommand({
        Bucket: 'data',
        Key: 'big',
        UploadId,
        MultipartUpload: { Parts },
      }),
    )
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
    const tail = await client().send(new GetObjectCommand({ Bucket: 'data', Key: 'big', Range: 'bytes=-5' }))
    expect(await tail.Body?.transformToString()).toBe('aaend')
    expect(readdirSync(join(cloud.directory, 's3', 'data', 'work'))).toEqual([])
  })
})
