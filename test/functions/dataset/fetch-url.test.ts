import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchUrl } from '../../../functions/dataset/fetch-url-store.ts'
import type { UrlSource } from '../../../functions/dataset/import-source.ts'
import { ownersOf } from '../../../functions/dataset/manifest.ts'
import { sources } from '../../../projects/sources.ts'
import { type FileServer, startFileServer } from '../../builders/file-server.ts'
import { bucket } from '../../builders/import-table.ts'
import { objects } from '../../builders/memory-objects.ts'
import { items } from '../../builders/memory-table.ts'
import { zip } from '../../builders/zip.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock('../../../functions/table-store.ts', async (original) => ({
  ...(await original<typeof import('../../../functions/table-store.ts')>()),
  ...(await import('../../builders/memory-table.ts')).memoryTableStore,
}))

let server: FileServer
beforeAll(async () => {
  server = await startFileServer()
  vi.stubEnv('PRIVATE_HOSTS', JSON.stringify([server.host]))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
})
beforeEach(() => {
  objects.clear()
  items.clear()
  server.files.clear()
  Object.assign(server.counts, { bodies: 0, unchanged: 0 })
})

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const fetchIt = (path: string, more: Partial<UrlSource> = {}) =>
  fetchUrl(
    { bucket, project: 'parcels', name: 'may' },
    { kind: 'url', url: server.url(path), ...more },
    'ana',
  )
const table = 'a,b\n1,2\n'

describe('importing a URL', () => {
  it('pins a URL to what its first download gave, and takes other content by its checksum alone', async () => {
    server.files.set('/a.csv', Buffer.from(table))
    await fetchIt('/a.csv')
    const kept = [...objects.keys()]
    server.files.set('/a.csv', Buffer.from('a,b\n1,3\n'))
    await expect(fetchIt('/a.csv')).rejects.toMatchObject({
      name: 'DatasetChanged',
      message: `the source does not hold what it is pinned to, ${server.url('/a.csv')}: got sha256 ${sha256('a,b\n1,3\n')}; expected sha256 ${sha256(table)}; look at what has changed; to take the new content, import it with --sha256`,
    })
    expect([...objects.keys()]).toEqual(kept)
    const taken = await fetchIt('/a.csv', { sha256: sha256('a,b\n1,3\n') })
    expect(taken.sha256).toBe(sha256('a,b\n1,3\n'))
    // Who has named it need not name it again.
    expect((await fetchIt('/a.csv')).sha256).toBe(sha256('a,b\n1,3\n'))
    // The first content is still to be had, without a question to the server.
    server.files.delete('/a.csv')
    expect((await fetchIt('/a.csv', { sha256: sha256(table) })).origin.downloaded).toBe(false)
  })

  it('refuses content that has another checksum than it was told, and keeps nothing of it', async () => {
    server.files.set('/a.csv', Buffer.from(table))
    await expect(fetchIt('/a.csv', { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      name: 'DatasetChanged',
    })
    expect(objects.size + items.size).toBe(0)
  })

  it('downloads again when the copy has been deleted, and refuses a copy that was changed', async () => {
    server.files.set('/a.csv', Buffer.from(table))
    await fetchIt('/a.csv')
    const [copy = ''] = [...objects.keys()].filter((uri) => uri.includes('/downloads/'))
    objects.delete(copy)
    expect((await fetchIt('/a.csv')).origin.downloaded).toBe(true)
    objects.set(copy, Buffer.from('a,b\n9,9\n'))
    await expect(fetchIt('/a.csv')).rejects.toMatchObject({
      name: 'DatasetChanged',
      message: expect.stringContaining('the cached copy is not what was downloaded'),
    })
  })

  it('asks by date where a server gives no entity tag', async () => {
    const date = 'Sat, 21 Nov 2026 00:00:00 GMT'
    server.files.set('/dated.csv', (request, response) =>
      request.headers['if-modified-since'] === date
        ? response.writeHead(304).end()
        : response.writeHead(200, { 'last-modified': date }).end(table),
    )
    expect((await fetchIt('/dated.csv')).origin.downloaded).toBe(true)
    expect((await fetchIt('/dated.csv')).origin.downloaded).toBe(false)
  })

  it('keeps no secret of a URL', async () => {
    server.files.set('/a.csv', Buffer.from(table))
    const placed = await fetchIt('/a.csv?X-Amz-Signature=hunter2')
    expect(JSON.stringify([placed, [...items], [...objects.keys()]])).not.toContain('hunter2')
  })

  it('puts a header before files that come without one, each of an archive beside the others', async () => {
    const members = { 'all/one.txt': 'good\t1\n', 'all/two.txt': 'bad\t0\n', 'all/readme.txt': 'hello' }
    server.files.set('/all.zip', zip(members))
    const wanted = [{ path: 'all/one.txt', sha256: sha256('good\t1\n') }, { path: 'all/two.txt' }]
    const placed = await fetchIt('/all.zip', { members: wanted, header: 'sentence\tsentiment' })
    expect(placed).toMatchObject({ files: 2, uri: expect.stringMatching(/\/data\/$/) })
    expect(objects.get(`${placed.uri}one.txt`)!.toString()).toBe('sentence\tsentiment\ngood\t1\n')
    expect(objects.get(`${placed.uri}two.txt`)!.toString()).toBe('sentence\tsentiment\nbad\t0\n')
    const other = [{ path: 'all/one.txt', sha256: '0'.repeat(64) }]
    await expect(fetchIt('/all.zip', { members: other })).rejects.toMatchObject({ name: 'DatasetChanged' })
  })

  it.each([
    ['two tables', zip({ 'a.csv': table, 'b.csv': table }), {}, 'does not hold exactly one table'],
    ['no such file', zip({ 'a.csv': table }), { members: [{ path: 'b.csv' }] }, 'holds no file "b.csv"'],
    ['a broken archive', zip({ 'a.csv': table }).subarray(0, 40), {}, 'the zip archive is damaged'],
    ['a way out', zip({ '../../a.csv': table }), {}, 'the zip archive is damaged'],
    ['a broken gzip', gzipSync(table.repeat(99)).subarray(0, 30), {}, 'the gzip file is damaged'],
  ])('refuses %s', async (_, body, more, why) => {
    server.files.set('/x.csv', body)
    await expect(fetchIt('/x.csv', more)).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: expect.stringContaining(why),
    })
    expect([...objects.keys()].filter((uri) => uri.includes('/datasets/'))).toEqual([])
  })

  it('refuses what unpacks to more than is allowed', async () => {
    vi.stubEnv('DATASET_MAX_DECOMPRESSED_BYTES', '100000')
    const bomb = Buffer.alloc(1_000_000, 'a')
    for (const body of [gzipSync(bomb), zip({ 'a.csv': bomb })]) {
      server.files.set('/bomb.csv', body)
      items.clear()
      await expect(fetchIt('/bomb.csv')).rejects.toThrow('too large once it is unpacked')
    }
    vi.stubEnv('DATASET_MAX_DECOMPRESSED_BYTES', undefined)
  })
})

it.each(Object.entries(sources))('the source %s names its owners, its licence and its bytes', (_, source) => {
  expect(source.attribution).toContain('https://doi.org/')
  expect(source.licence).toBe('CC BY 4.0')
  expect(new URL(source.url).protocol).toBe('https:')
  expect(source.sha256).toMatch(/^[0-9a-f]{64}$/)
})

it('says of a URL what is known of its owners, and never that they are the project\u2019s', () => {
  const own = { attribution: 'the sorting office', licence: 'CC0 1.0' }
  const url = { kind: 'url' as const, location: 'https://example.org/a.csv' }
  expect(ownersOf(url, own)).toEqual({ attribution: 'https://example.org/a.csv', licence: 'unknown' })
  expect(ownersOf({ ...url, licence: 'CC BY 4.0' }, own).licence).toBe('CC BY 4.0')
  expect(ownersOf({ kind: 'upload', location: 'a.csv' }, own)).toEqual(own)
})
