/** S3: buckets, versions and listings in pages. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'
import { documented, openS3 } from './s3-tools.ts'

const keys = ['a/1', 'a/2', 'a/b/3', 'b/4 +ü', 'c', 'd&<>"', 'e/5']

async function openListing(server: Server) {
  const tools = await openS3(server)
  for (const key of keys) await tools.put(key, key)
  const list = async (input: object) =>
    await tools.s3.send(new ListObjectsV2Command({ Bucket: tools.bucket, ...input }))
  return { ...tools, list }
}

contract('S3', openListing, (agree) => {
  agree('lists every key in the order of its bytes', async ({ list }) => {
    const page = await list({})
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(keys)
    expect(page).toMatchObject({ KeyCount: 7, IsTruncated: false, MaxKeys: 1_000 })
    expect(page.Contents?.[0]).toMatchObject({ Size: 3, StorageClass: 'STANDARD' })
    expect(page.Contents?.[0]?.ETag).toMatch(/^"[0-9a-f]{32}"$/)
  })

  agree('cuts a listing into pages that miss nothing and repeat nothing', async ({ s3, bucket }) => {
    const found: (string | undefined)[] = []
    const sizes: number[] = []
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket: bucket })) {
      found.push(...(page.Contents ?? []).map(({ Key }) => Key))
      sizes.push(page.KeyCount ?? 0)
    }
    expect(found).toEqual(keys)
    expect(sizes).toEqual([3, 3, 1])
  })

  agree('counts a common prefix as one entry of a page', async ({ list }) => {
    const page = await list({ Delimiter: '/', MaxKeys: 3 })
    expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/'])
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['c'])
    expect(page).toMatchObject({ KeyCount: 3, IsTruncated: true, Delimiter: '/' })
    const rest = await list({ Delimiter: '/', ContinuationToken: page.NextContinuationToken })
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['d&<>"'])
    expect(rest.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['e/'])
  })

  agree('takes a prefix, a start and both', async ({ list }) => {
    const found = async (input: object) => (await list(input)).Contents?.map(({ Key }) => Key) ?? []
    expect(await found({ Prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/b/3'])
    expect(await found({ StartAfter: 'b/4 +ü' })).toEqual(['c', 'd&<>"', 'e/5'])
    expect(await found({ Prefix: 'a/', StartAfter: 'a/1' })).toEqual(['a/2', 'a/b/3'])
    expect(await found({ Prefix: 'zz' })).toEqual([])
    expect(await found({ Prefix: 'a/', Delimiter: '/' })).toEqual(['a/1', 'a/2'])
  })

  agree('encodes keys for XML where asked', async ({ s3, versioned, put }) => {
    const names = ['encoded/test_file(3).png', 'encoded/ü +&%.csv']
    for (const name of names) await put(name, 'x', { Bucket: versioned })
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: versioned, Prefix: 'encoded/', EncodingType: 'url' }),
    )
    expect(page.EncodingType).toBe('url')
    const [first = '', second = ''] = page.Contents?.map(({ Key }) => Key) ?? []
    // The example of the API reference.
    expect(first).toBe('encoded/test_file%283%29.png')
    expect(second).toMatch(/^encoded\/%C3%BC(\+|%20)%2B%26%25\.csv$/)
  })

  agree('lists nothing when asked for no keys', async ({ list }) => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false })
  })

  agree(
    'still answers the first listing, with markers',
    {
      moto: 'counts keys alone, not common prefixes, towards max-keys',
      documented: documented('API/API_ListObjects.html'),
    },
    async ({ s3, bucket }) => {
      const page = await s3.send(new ListObjectsCommand({ Bucket: bucket, MaxKeys: 2, Delimiter: '/' }))
      expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/'])
      expect(page).toMatchObject({ IsTruncated: true, NextMarker: 'b/' })
      const rest = await s3.send(
        new ListObjectsCommand({ Bucket: bucket, Delimiter: '/', Marker: page.NextMarker }),
      )
      expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd&<>"'])
    },
  )

  agree('makes, finds and removes a bucket', async ({ s3 }) => {
    const Bucket = unique('fresh')
    await s3.send(new CreateBucketCommand({ Bucket }))
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1')
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined()
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
    const { Buckets } = await s3.send(new ListBucketsCommand({}))
    expect(Buckets?.find(({ Name }) => Name === Bucket)?.CreationDate).toBeInstanceOf(Date)
    await s3.send(new DeleteBucketCommand({ Bucket }))
    expect((await refusal(s3.send(new HeadBucketCommand({ Bucket })))).status).toBe(404)
  })

  agree('takes the second creation of an own bucket in us-east-1 as done', async ({ s3, bucket }) => {
    const { $metadata } = await s3.send(new CreateBucketCommand({ Bucket: bucket }))
    expect($metadata.httpStatusCode).toBe(200)
  })

  agree(
    'refuses a bucket name that is not valid',
    { moto: 'takes capitals and underscores', documented: documented('userguide/bucketnamingrules.html') },
    async ({ s3 }) => {
      const call = s3.send(new CreateBucketCommand({ Bucket: 'Not_Valid' }))
      expect(await refusal(call)).toEqual({ name: 'InvalidBucketName', status: 400 })
    },
  )

  agree('refuses to delete a bucket that holds something', async ({ s3, bucket }) => {
    expect(await refusal(s3.send(new DeleteBucketCommand({ Bucket: bucket })))).toEqual({
      name: 'BucketNotEmpty',
      status: 409,
    })
  })

  agree('keeps every version and gives each back', async ({ versioned, put, get }) => {
    const Bucket = versioned
    const one = await put('kept', 'one', { Bucket })
    const two = await put('kept', 'two', { Bucket })
    expect(one.VersionId).not.toBe(two.VersionId)
    expect(await get('kept', { Bucket })).toBe('two')
    expect(await get('kept', { Bucket, VersionId: one.VersionId })).toBe('one')
  })

  agree(
    'hides an object behind a delete marker until the marker goes',
    async ({ s3, versioned, put, get }) => {
      const Bucket = versioned
      await put('hidden', 'x', { Bucket })
      const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hidden' }))
      expect(marker.DeleteMarker).toBe(true)
      expect(await refusal(get('hidden', { Bucket }))).toEqual({ name: 'NoSuchKey', status: 404 })
      const removed = await s3.send(
        new DeleteObjectCommand({ Bucket, Key: 'hidden', VersionId: marker.VersionId }),
      )
      expect(removed.VersionId).toBe(marker.VersionId)
      expect(await get('hidden', { Bucket })).toBe('x')
    },
  )

  agree(
    'says that the version which was deleted was a marker',
    { moto: 'does not say it', documented: documented('API/API_DeleteObject.html') },
    async ({ s3, versioned, put }) => {
      const named = { Bucket: versioned, Key: 'unmarked' }
      await put('unmarked', 'x', { Bucket: versioned })
      const { VersionId } = await s3.send(new DeleteObjectCommand(named))
      const removed = await s3.send(new DeleteObjectCommand({ ...named, VersionId }))
      expect(removed).toMatchObject({ DeleteMarker: true, VersionId })
    },
  )

  agree(
    'answers 405 to whoever reads a delete marker by its version',
    { moto: 'answers 404 NoSuchVersion', documented: documented('userguide/DeleteMarker.html') },
    async ({ s3, versioned, put, get }) => {
      const Bucket = versioned
      await put('marked', 'x', { Bucket })
      const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'marked' }))
      expect(await refusal(get('marked', { Bucket, VersionId }))).toEqual({
        name: 'MethodNotAllowed',
        status: 405,
      })
    },
  )

  agree('says which version is not there', async ({ s3, versioned, put }) => {
    await put('one-version', 'x', { Bucket: versioned })
    const absent = { Bucket: versioned, Key: 'one-version', VersionId: '3sL4kqtJlcpXroDTDmJrmSpXd3dIbrHY' }
    const call = s3.send(new GetObjectCommand(absent))
    expect(await refusal(call)).toEqual({ name: 'NoSuchVersion', status: 404 })
    expect((await refusal(s3.send(new HeadObjectCommand(absent)))).status).toBe(404)
  })

  agree('lists versions and markers, newest first', async ({ s3, versioned, put }) => {
    const Bucket = versioned
    const one = await put('log/a', 'one', { Bucket })
    const two = await put('log/a', 'two', { Bucket })
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'log/a' }))
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'log/' }))
    expect(page.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [two.VersionId, false],
      [one.VersionId, false],
    ])
    expect(page.DeleteMarkers).toMatchObject([{ Key: 'log/a', VersionId: marker.VersionId, IsLatest: true }])
  })

  agree(
    'cuts a listing of versions into pages, also between the versions of a key',
    async ({ s3, versioned, put }) => {
      const Bucket = versioned
      const written: (string | undefined)[] = []
      for (const Key of ['pages/a', 'pages/a', 'pages/a', 'pages/b'])
        written.push((await put(Key, 'x', { Bucket })).VersionId)
      const found: (string | undefined)[] = []
      let KeyMarker: string | undefined
      let VersionIdMarker: string | undefined
      do {
        const page = await s3.send(
          new ListObjectVersionsCommand({ Bucket, Prefix: 'pages/', MaxKeys: 2, KeyMarker, VersionIdMarker }),
        )
        expect(page.Versions?.length).toBeLessThanOrEqual(2)
        found.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId))
        KeyMarker = page.NextKeyMarker
        VersionIdMarker = page.NextVersionIdMarker
      } while (KeyMarker !== undefined)
      const [first, second, third, fourth] = written
      expect(found).toEqual([third, second, first, fourth])
    },
  )
})
