import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { handler as register } from '../../../functions/dataset/register.handler.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { csvOf, parcelHeader, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'

const table = vi.hoisted(() => new Map<string, Record<string, unknown>>())

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
// The two calls that the catalogue makes; the rest of the module stays as it is.
vi.mock('../../../functions/table-store.ts', async (original) => ({
  ...(await original<typeof import('../../../functions/table-store.ts')>()),
  putNew: async (key: { pk: string; sk: string }, item: Record<string, unknown>) => {
    const id = `${key.pk} ${key.sk}`
    if (table.has(id)) return false
    table.set(id, { ...item, ...key })
    return true
  },
  getItem: async (key: { pk: string; sk: string }, schema: z.ZodType) =>
    schema.parse(table.get(`${key.pk} ${key.sk}`)),
}))

const uri = 's3://b/parcels/uploads/may.csv'
const event = (changes = {}) => ({
  project: 'parcels',
  projectUri: 's3://b/projects/parcels.json',
  name: 'may',
  uri,
  fileName: 'may.csv',
  bytes: 1,
  requestedBy: 'someone',
  createdAt: '2026-05-01T00:00:00Z',
  ...changes,
})

describe('registering a dataset', () => {
  beforeEach(() => {
    objects.clear()
    table.clear()
    objects.set('s3://b/projects/parcels.json', Buffer.from(JSON.stringify(parcelsProject())))
  })

  it('puts a version named by its content, with exact rows, and writes the manifest', async () => {
    objects.set(uri, Buffer.from(parcels(123)))
    const sha256 = createHash('sha256').update(parcels(123)).digest('hex')
    const version = sha256.slice(0, 16)
    expect(await register(event(), lambdaContext)).toEqual({
      name: 'may',
      version,
      rows: 123,
      columns: 9,
      uri,
      status: 'pending',
    })
    const item = table.get(`DATASET#parcels#may VERSION#${version}`)
    expect(item).toMatchObject({
      gsi1pk: 'DATASETS#parcels',
      gsi1sk: '2026-05-01T00:00:00Z',
      sha256,
      rows: 123,
    })
    const manifest = JSON.parse(
      objects.get(`s3://b/parcels/datasets/may/${version}/manifest.json`)!.toString(),
    )
    expect(manifest).toMatchObject({ header: parcelHeader, rows: 123, rowsChecked: 123, sha256 })
  })

  it('changes nothing when the same content is registered again', async () => {
    objects.set(uri, Buffer.from(parcels(20)))
    const first = await register(event(), lambdaContext)
    const stored = structuredClone([...table])
    const files = new Map(objects)
    const second = await register(
      event({ createdAt: '2026-06-01T00:00:00Z', requestedBy: 'another' }),
      lambdaContext,
    )
    expect(second).toEqual(first)
    expect([...table]).toEqual(stored)
    expect(objects).toEqual(files)
  })

  it('refuses a bad cell by column, row and rule, and registers nothing', async () => {
    const rows = Array.from({ length: 90 }, (_, at) =>
      parcelRow(at, at === 77 ? { zone: 'Secretville' } : {}),
    )
    objects.set(uri, Buffer.from(csvOf(rows)))
    const before = new Map(objects)
    await expect(register(event(), lambdaContext)).rejects.toThrow(
      'column "zone" has a cell that is none of its levels, row 78 of s3://b/parcels/uploads/may.csv ' +
        '(rule level, 1 cells): expected one of the 4 levels of the contract; ' +
        'correct the file, or the schema contract in the project; nothing was registered',
    )
    expect(table.size).toBe(0)
    expect(objects).toEqual(before)
  })

  it('takes the definition that the environment was deployed with', async () => {
    objects.set(uri, Buffer.from(parcels(20)))
    vi.stubEnv('PROJECT_URIS', JSON.stringify({ parcels: 's3://b/projects/parcels.json' }))
    const { projectUri: _, ...short } = event()
    expect(await register(short, lambdaContext)).toMatchObject({ rows: 20 })
    vi.unstubAllEnvs()
    await expect(register(short, lambdaContext)).rejects.toMatchObject({ name: 'InvalidRequest' })
  })

  it('refuses a table without its outcome', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => parcelRow(at).slice(0, -1))
    objects.set(uri, Buffer.from(csvOf(rows, { header: parcelHeader.slice(0, -1) })))
    await expect(register(event(), lambdaContext)).rejects.toMatchObject({ name: 'DatasetSchemaMismatch' })
    expect(table.size).toBe(0)
  })
})
