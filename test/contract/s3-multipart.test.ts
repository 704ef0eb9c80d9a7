/** S3: uploads in parts. */
import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { contract, refusal } from './contract.ts'
import { documented, openS3, type S3Tools } from './s3-tools.ts'

const smallest = 5 * 1024 * 1024
const first = Buffer.alloc(smallest, 'a')
const last = Buffer.from('the end')
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest()

async function begin({ s3, bucket }: S3Tools, Key: string): Promise<string> {
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key, ContentType: 'text/csv', Metadata: { a: '1' } }),
  )
  return UploadId ?? ''
}

async function upload({ s3, bucket }: S3Tools, Key: string, UploadId: string, bodies: Uint8Array[]) {
  const parts: CompletedPart[] = []
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber, Body }))
    parts.push({ PartNumber, ETag })
  }
  return parts
}

const complete = (
  { s3, bucket }: S3Tools,
  Key: string,
  UploadId: string,
  Parts: CompletedPart[],
  more: Partial<CompleteMultipartUploadCommandInput> = {},
) =>
  s3.send(
    new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts },
      ...more,
    }),
  )

contract('S3', openS3, (agree) => {
  agree('joins the parts under an ETag that counts them', async (tools) => {
    const id = await begin(tools, 'joined')
    const parts = await upload(tools, 'joined', id, [first, last])
    expect(parts[1]?.ETag).toBe(`"${md5(last).toString('hex')}"`)
    const done = await complete(tools, 'joined', id, parts)
    const etag = `"${md5(Buffer.concat([md5(first), md5(last)])).toString('hex')}-2"`
    expect(done).toMatchObject({ ETag: etag, Key: 'joined', Bucket: tools.bucket })
    const head = await tools.s3.send(new HeadObjectCommand({ Bucket: tools.bucket, Key: 'joined' }))
    expect(head).toMatchObject({
      ETag: etag,
      ContentLength: smallest + last.length,
      ContentType: 'text/csv',
      Metadata: { a: '1' },
    })
    expect(await tools.get('joined', { Range: `bytes=${smallest - 1}-` })).toBe('athe end')
  })

  agree('lists the parts that have come, page by page', async (tools) => {
    const { s3, bucket } = tools
    const UploadId = await begin(tools, 'listed')
    await upload(tools, 'listed', UploadId, [last, last, last])
    const page = await s3.send(new ListPartsCommand({ Bucket: bucket, Key: 'listed', UploadId, MaxParts: 2 }))
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, last.length],
      [2, last.length],
    ])
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', UploadId })
    const rest = await s3.send(
      new ListPartsCommand({
        Bucket: bucket,
        Key: 'listed',
        UploadId,
        PartNumberMarker: page.NextPartNumberMarker,
      }),
    )
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3])
    expect(rest.IsTruncated).toBe(false)
  })

  agree('a part that is sent again replaces the one before', async (tools) => {
    const { s3, bucket } = tools
    const UploadId = await begin(tools, 'again')
    await upload(tools, 'again', UploadId, [first])
    await complete(tools, 'again', UploadId, await upload(tools, 'again', UploadId, [last]))
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'again' }))
    expect(head.ContentLength).toBe(last.length)
  })

  agree('refuses a part, but for the last, under 5 MiB', async (tools) => {
    const id = await begin(tools, 'small')
    const parts = await upload(tools, 'small', id, [last, last])
    expect(await refusal(complete(tools, 'small', id, parts))).toEqual({
      name: 'EntityTooSmall',
      status: 400,
    })
  })

  agree('refuses a part that was never sent, and one with another ETag', async (tools) => {
    const id = await begin(tools, 'missing')
    const parts = await upload(tools, 'missing', id, [first, last])
    const unsent = [...parts, { PartNumber: 3, ETag: '"0"' }]
    expect(await refusal(complete(tools, 'missing', id, unsent))).toEqual({
      name: 'InvalidPart',
      status: 400,
    })
    const changed = [parts[0]!, { PartNumber: 2, ETag: parts[0]!.ETag }]
    expect((await refusal(complete(tools, 'missing', id, changed))).name).toBe('InvalidPart')
  })

  agree(
    'refuses parts that are not in order',
    {
      moto: 'joins them in the order of their numbers',
      documented: documented('API/API_CompleteMultipartUpload.html'),
    },
    async (tools) => {
      const id = await begin(tools, 'order')
      const parts = await upload(tools, 'order', id, [first, first])
      const call = complete(tools, 'order', id, parts.toReversed())
      expect(await refusal(call)).toEqual({ name: 'InvalidPartOrder', status: 400 })
    },
  )

  agree('completes under If-None-Match: * only where nothing is', async (tools) => {
    await tools.put('taken', 'x')
    const id = await begin(tools, 'taken')
    const parts = await upload(tools, 'taken', id, [last])
    const call = complete(tools, 'taken', id, parts, { IfNoneMatch: '*' })
    expect(await refusal(call)).toEqual({ name: 'PreconditionFailed', status: 412 })
    expect(await tools.get('taken')).toBe('x')
  })

  agree('forgets an upload that was given up', async (tools) => {
    const { s3, bucket } = tools
    const UploadId = await begin(tools, 'given-up')
    await upload(tools, 'given-up', UploadId, [last])
    await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: 'given-up', UploadId }))
    const again = s3.send(new ListPartsCommand({ Bucket: bucket, Key: 'given-up', UploadId }))
    expect(await refusal(again)).toEqual({ name: 'NoSuchUpload', status: 404 })
    expect((await refusal(tools.get('given-up'))).name).toBe('NoSuchKey')
  })

  agree(
    'refuses a part of an upload that never was',
    { moto: 'answers with an error of its own', documented: documented('API/API_UploadPart.html') },
    async (tools) => {
      const never = upload(tools, 'never', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', [last])
      expect(await refusal(never)).toEqual({ name: 'NoSuchUpload', status: 404 })
    },
  )

  agree(
    'adds a checksum of the whole object where the client chose none',
    {
      moto: 'adds no checksum',
      documented: documented('userguide/checking-object-integrity.html'),
    },
    async (tools) => {
      const UploadId = await begin(tools, 'sum')
      await complete(tools, 'sum', UploadId, await upload(tools, 'sum', UploadId, [Buffer.from('123456789')]))
      const head = await tools.s3.send(
        new HeadObjectCommand({ Bucket: tools.bucket, Key: 'sum', ChecksumMode: 'ENABLED' }),
      )
      expect(head).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'FULL_OBJECT' })
    },
  )
})
