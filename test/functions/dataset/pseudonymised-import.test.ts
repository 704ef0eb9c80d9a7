import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchObjects } from '../../../functions/dataset/fetch-object-store.ts'
import { pseudonymising } from '../../../functions/dataset/pseudonymise-store.ts'
import { pseudonymiser } from '../../../functions/privacy/pseudonym.ts'
import { parseProject } from '../../../functions/project.ts'
import { objects } from '../../builders/memory-objects.ts'
import { parcels, parcelsProject } from '../../builders/project.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

const key = '0f'.repeat(32)
const base = parcelsProject()
const project = parseProject({
  ...base,
  source: {
    ...base.source,
    columns: base.source.columns.map((column) =>
      column.type === 'identifier' ? { ...column, phi: 'direct' as const } : column,
    ),
  },
})
const place = { bucket: 'b', project: 'parcels', name: 'late', transform: pseudonymising(project, key) }

describe('an import into an environment with a pseudonym key', () => {
  beforeEach(() => objects.clear())

  const imported = async (uri: string, body: Buffer | string) => {
    objects.set(uri, Buffer.from(body))
    const placed = await fetchObjects(place, uri, undefined)
    return { placed, text: objects.get(placed.uri)!.toString('utf8') }
  }

  it('places pseudonyms alone, packed or not as one version', async () => {
    const { placed, text } = await imported('s3://b/parcels/inbox/june.csv', parcels(60))
    expect(placed.uri).toMatch(/^s3:\/\/b\/parcels\/datasets\/late\/[0-9a-f]{16}\/data\/june\.csv$/)
    expect(text.trim().split('\n')).toHaveLength(61)
    const pseudonym = pseudonymiser(key, 'identifier')
    expect(text).toContain(pseudonym('p7'))
    // Customer 3 has parcels 3 and 40.
    expect(text.split(pseudonym('c3')!)).toHaveLength(3)
    expect(text).not.toMatch(/"(?:p|c)\d+"/)
    const packed = await imported('s3://b/parcels/inbox/june.csv.gz', gzipSync(parcels(60)))
    expect(packed.placed.version).toBe(placed.version)
  })

  it('never copies a table as it came to where datasets are', async () => {
    await imported('s3://b/parcels/inbox/june.csv', parcels(60))
    for (const [uri, body] of objects)
      if (uri.includes('/datasets/')) expect(body.toString('utf8')).not.toMatch(/\bp7\b|\bc3\b/)
  })

  it('does so for every file of a prefix', async () => {
    objects.set('s3://b/parcels/inbox/half/a.csv', Buffer.from(parcels(20)))
    objects.set('s3://b/parcels/inbox/half/b.csv', Buffer.from(parcels(30)))
    const placed = await fetchObjects(place, 's3://b/parcels/inbox/half/', undefined)
    expect(placed.files).toBe(2)
    const written = [...objects].filter(([uri]) => uri.startsWith(placed.uri))
    expect(written).toHaveLength(2)
    for (const [, body] of written)
      expect(body.toString('utf8')).toContain(pseudonymiser(key, 'identifier')('p7'))
  })
})
