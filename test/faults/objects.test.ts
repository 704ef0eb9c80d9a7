/** What objects are worth when they are overwritten, left half uploaded, or cut off on the way. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../../local/rig/platform.ts'
import { csvOf, parcelRow, parcelsProject } from '../builders/project.ts'
import { FaultyEndpoint } from './faulty-endpoint.ts'

const bucket = 'regimen-dev-000000000000-us-east-1'
const uri = `s3://${bucket}/parcels/datasets/d/1/data/table.csv`
const key = uri.slice(`s3://${bucket}/`.length)
const { source } = parcelsProject()
const directory = mkdtempSync(join(tmpdir(), 'regimen-objects-'))

let platform: Platform
let endpoint: FaultyEndpoint
let s3: S3Client
let objects: typeof import('../../functions/object-store.ts')
let planSource: typeof import('../../functions/dataset/plan-store.ts').planSource
let openPart: typeof import('../../functions/dataset/part-store.ts').openPart

beforeAll(async () => {
  platform = await startPlatform()
  endpoint = await FaultyEndpoint.open()
  s3 = new S3Client({ forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  objects = await import('../../functions/object-store.ts')
  planSource = (await import('../../functions/dataset/plan-store.ts')).planSource
  openPart = (await import('../../functions/dataset/part-store.ts')).openPart
})
afterAll(async () => {
  await endpoint.close()
  await platform.stop()
  rmSync(directory, { recursive: true, force: true })
})

const rows = (count: number, from = 0) =>
  csvOf(Array.from({ length: count }, (_, at) => parcelRow(at + from)))
const plan = () => planSource(uri, source, 'training', 2_048)

describe('27 objects that do not stay as they were', () => {
  test('27 a table that is overwritten after it was planned is read as it was planned, part by part', async () => {
    await objects.putBytes(uri, rows(200))
    const { parts } = await plan()
    expect(parts.length).toBeGreaterThan(3)
    const read: string[] = []
    for (const [at, part] of parts.entries()) {
      await objects.putBytes(uri, rows(50 + at, 5_000))
      const open = await openPart(part, source)
      const { columns } = await open.database.columns('SELECT c0 FROM cells ORDER BY row_number')
      read.push(...Array.from({ length: open.rows }, (_, row) => String((columns.c0 as string[])[row])))
      await open.close()
    }
    expect(read).toEqual(Array.from({ length: 200 }, (_, at) => parcelRow(at)[0]))
  })

  test('27 one whose planned version is gone is told by name', async () => {
    await objects.putBytes(uri, rows(200))
    const { parts } = await plan()
    const { versionId } = await objects.head(uri)
    await objects.putBytes(uri, rows(200))
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }))
    await expect(openPart(parts[0]!, source)).rejects.toMatchObject({ name: 'DatasetChanged' })
  })

  test('27 an upload that was begun and given up is no object', async () => {
    const Key = 'parcels/datasets/d/2/data/table.csv'
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
    await s3.send(
      new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: Buffer.from(rows(100)) }),
    )
    const prefix = `s3://${bucket}/parcels/datasets/d/2/`
    expect(await objects.list(prefix)).toEqual([])
    await expect(planSource(`${prefix}data/table.csv`, source, 'training', 2_048)).rejects.toMatchObject({
      name: 'DatasetNotFound',
    })
    await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
    expect(await objects.list(prefix)).toEqual([])
  })

  test('27 an answer that is cut off is a failure that Retry lists, and never half an object', async () => {
    const body = Buffer.alloc(300_000, 'x')
    const large = `s3://${bucket}/parcels/large.bin`
    await objects.putBytes(large, body)
    const file = join(directory, 'large.bin')
    endpoint.become(() => 'cut')
    await expect(objects.getBytes({ uri: large })).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    await expect(objects.download({ uri: large }, file)).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    endpoint.become(() => 'pass')
    expect((await objects.getBytes({ uri: large })).equals(body)).toBe(true)
    await objects.download({ uri: large }, file)
    expect(readFileSync(file).equals(body)).toBe(true)
  })
})
