import { beforeEach, describe, expect, it, vi } from 'vitest'
import { listDatasets } from '../../../functions/dataset/dataset-store.ts'
import { bucket, importTable } from '../../builders/import-table.ts'
import { objects } from '../../builders/memory-objects.ts'
import { items } from '../../builders/memory-table.ts'
import { csvOf, parcelHeader, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'

vi.hoisted(() =>
  Object.assign(process.env, {
    POWERTOOLS_DEV: 'false',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    BUCKET: 'regimen-dev-000000000000-us-east-1',
  }),
)
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

const projectUri = `s3://${bucket}/parcels/project/1.json`
const uri = `s3://${bucket}/parcels/inbox/may.csv`
const project = parcelsProject()
const register = (text: string, requestedBy = 'ana', partBytes = 2_048) => {
  objects.set(uri, Buffer.from(text))
  const source = { kind: 'object' as const, uri }
  return importTable({ project, projectUri, name: 'may', source, requestedBy, partBytes })
}
const catalogue = () => [...objects].filter(([key]) => key.includes('/datasets/'))

describe('registering a dataset', () => {
  beforeEach(() => {
    objects.clear()
    items.clear()
    objects.set(projectUri, Buffer.from(JSON.stringify(project)))
  })

  it('changes nothing when the same content is registered again', async () => {
    const first = await register(parcels(120))
    const [stored, files] = [structuredClone([...items]), catalogue()]
    const second = await register(parcels(120), 'ben')
    expect(second).toMatchObject({ version: first.version, rows: 120, status: 'pending', existed: true })
    expect([...items]).toEqual(stored)
    expect(catalogue()).toEqual(files)
  })

  it('gives two imports of the same content at once one version, which both name', async () => {
    const [first, second] = await Promise.all([register(parcels(60)), register(parcels(60), 'ben')])
    expect(second.version).toBe(first?.version)
    expect(await listDatasets('parcels')).toHaveLength(1)
    const [item] = await listDatasets('parcels')
    const manifest = JSON.parse(objects.get(item!.manifestUri)!.toString())
    expect([manifest.requestedBy, manifest.createdAt]).toEqual([item!.requestedBy, item!.createdAt])
  })

  it('uses again what a crash left between the copy and the registration', async () => {
    await register(parcels(60))
    const whole = structuredClone([...items])
    // The table knows of nothing: the crash came before the last write, or before the manifest.
    for (const lost of [[], ['/manifest.json'], ['/manifest.json', '/profile.json', '/report.html']]) {
      items.clear()
      for (const key of [...objects.keys()]) if (lost.some((end) => key.endsWith(end))) objects.delete(key)
      const { existed } = await register(parcels(60))
      expect(existed).toBe(false)
      expect(items.size).toBe(whole.length)
      expect(catalogue()).toHaveLength(4)
    }
  })

  it('refuses a bad cell by column, row of the file and rule, and leaves the version before as it was', async () => {
    const good = await register(parcels(30))
    const before = [structuredClone([...items]), catalogue()]
    const rows = Array.from({ length: 90 }, (_, at) =>
      parcelRow(at, at === 77 ? { zone: 'Secretville' } : {}),
    )
    const refusal = register(csvOf(rows))
    await expect(refusal).rejects.toMatchObject({ name: 'DatasetSchemaMismatch' })
    await expect(refusal).rejects.toThrow(
      /^column "zone" has a cell that is none of its levels, row 78 of s3:\/\/.*\/data\/may\.csv \(rule level, 1 cells\): expected one of the 4 levels of the contract; correct the file, or the schema contract in the project; nothing was registered$/,
    )
    expect([...items]).toEqual(before[0])
    // The data lie there under their content's name, and no version names them.
    expect(catalogue().filter(([key]) => !key.includes('/data/'))).toEqual(
      (before[1] as [string, Buffer][]).filter(([key]) => !key.includes('/data/')),
    )
    expect((await listDatasets('parcels')).map(({ version }) => version)).toEqual([good.version])
  })

  it('refuses a table without its outcome', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => parcelRow(at).slice(0, -1))
    await expect(register(csvOf(rows, { header: parcelHeader.slice(0, -1) }))).rejects.toMatchObject({
      name: 'DatasetSchemaMismatch',
    })
    expect(items.size).toBe(0)
  })

  it('takes the files of a prefix as one version, whatever order they are listed in', async () => {
    const prefix = `s3://${bucket}/parcels/inbox/june/`
    const [header = '', ...rows] = parcels(40).trimEnd().split('\n')
    for (const [at, some] of [rows.slice(0, 25), rows.slice(25)].entries())
      objects.set(`${prefix}part-${at}.csv`, Buffer.from(`${[header, ...some].join('\n')}\n`))
    const source = { kind: 'object' as const, uri: prefix }
    const june = await importTable({ project, projectUri, name: 'june', source })
    expect(june).toMatchObject({ rows: 40, uri: expect.stringMatching(/\/data\/$/) })
    objects.set(`${prefix}_SUCCESS`, Buffer.from(''))
    const again = await importTable({ project, projectUri, name: 'june', source })
    expect(again).toMatchObject({ version: june.version, existed: true })
  })

  it('opens the inbox and the datasets of the project to imports, and nothing else', async () => {
    for (const closed of [
      's3://elsewhere/parcels/inbox/may.csv',
      `s3://${bucket}/bicycles/inbox/may.csv`,
      `s3://${bucket}/parcels/runs/1/model/model.tar.gz`,
    ])
      await expect(
        importTable({ project, projectUri, name: 'may', source: { kind: 'object', uri: closed } }),
      ).rejects.toMatchObject({ name: 'InvalidRequest' })
    await expect(
      importTable({ project, projectUri, name: 'may', source: { kind: 'object', uri } }),
    ).rejects.toMatchObject({ name: 'DatasetNotFound' })
  })

  it('refuses an upload that does not hold the content that it is named by', async () => {
    const place = `s3://${bucket}/parcels/datasets/may/0123456789abcdef/data/may.csv`
    objects.set(place, Buffer.from(parcels(20)))
    await expect(
      importTable({ project, projectUri, name: 'may', source: { kind: 'object', uri: place } }),
    ).rejects.toMatchObject({ name: 'DatasetChanged' })
  })
})
