/** The import of datasets through its real state machine and doors, on S3 and DynamoDB of the local cloud. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lambdaContext } from '../../local/rig/platform.ts'
import { type Ended, type Rig, startRig } from '../../local/rig/rig.ts'
import { csvOf, parcelRow, parcels, parcelsProject } from '../builders/project.ts'

const project = parcelsProject({ id: 'demo' })
const bucket = 's3://regimen-dev-000000000000-us-east-1'

describe('importing a dataset', () => {
  let rig: Rig
  let projectUri: string
  let datasets: typeof import('../../functions/dataset/dataset-store.ts')
  let catalogue: typeof import('../../functions/catalogue/version-store.ts')
  let lineage: typeof import('../../functions/catalogue/lineage-store.ts')
  let objects: typeof import('../../functions/object-store.ts')
  beforeAll(async () => {
    rig = await startRig()
    projectUri = await rig.use(project)
    datasets = await import('../../functions/dataset/dataset-store.ts')
    catalogue = await import('../../functions/catalogue/version-store.ts')
    lineage = await import('../../functions/catalogue/lineage-store.ts')
    objects = await import('../../functions/object-store.ts')
  })
  afterAll(() => rig.stop())

  const importText = async (name: string, key: string, text: string): Promise<Ended> =>
    rig.importObject(project, projectUri, await rig.put(`demo/inbox/${key}`, text), name)
  const named = async (name: string) =>
    (await datasets.listDatasets('demo')).filter((item) => item.name === name)

  it('registers it with manifest, profile and report beside the data', async () => {
    const ended = await importText('whole', 'whole.csv', parcels(300))
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        ...{ runId: ended.runId, name: 'whole', rows: 300, columns: 9, status: 'pending', existed: false },
        quality: {
          passed: true,
          summary: '300 rows keep the schema contract; 1 warning: personal date ("sent")',
        },
      },
    })
    const [item] = await named('whole')
    const prefix = `${bucket}/demo/datasets/whole/${item?.version}`
    expect((await objects.list(`${prefix}/`)).map(({ uri }) => uri)).toEqual(
      ['data/whole.csv', 'manifest.json', 'profile.json', 'report.html'].map((file) => `${prefix}/${file}`),
    )
    expect(await catalogue.readManifest(item!)).toMatchObject({
      ...{ runId: ended.runId, requestedBy: 'arn:aws:iam::000000000000:user/test', rows: 300 },
      origin: { kind: 'object', location: `${bucket}/demo/inbox/whole.csv` },
    })
    expect((await catalogue.readProfile(item!)).rows).toBe(300)
    expect(await rig.read(item!.reportUri!)).toContain('<!doctype html>')
    expect(await lineage.readDatasetLineage(item!)).toMatchObject({ runs: [], models: [] })
  })

  it('gives imports of the same content at once, packed or not, one version', async () => {
    const { gzipSync } = await import('node:zlib')
    const text = parcels(150)
    await objects.putBytes(`${bucket}/demo/inbox/same.csv.gz`, gzipSync(text))
    const ended = await Promise.all([
      importText('same', 'same.csv', text),
      importText('same', 'same.csv', text),
      rig.importObject(project, projectUri, `${bucket}/demo/inbox/same.csv.gz`, 'same'),
    ])
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
    const [item, ...more] = await named('same')
    expect(more).toEqual([])
    const manifest = await catalogue.readManifest(item!)
    expect([manifest.runId, manifest.createdAt]).toEqual([item?.runId, item?.createdAt])
  })

  it.each([
    [
      'a cell that breaks its contract',
      [...Array(40).keys()].map((at) => parcelRow(at, at === 7 ? { weight: '51' } : {})),
      'DatasetSchemaMismatch',
    ],
    ['a row that is too long', [[...parcelRow(0), 'more']], 'DatasetUnreadable'],
    ['no row', [], 'DatasetEmpty'],
  ])('leaves the catalogue as it was for a table with %s', async (_, rows, error) => {
    await importText('bad', 'good.csv', parcels(80))
    const before = await named('bad')
    const earlier = new Set((await objects.list(`${bucket}/demo/datasets/bad/`)).map(({ uri }) => uri))
    const ended = await importText('bad', 'bad.csv', csvOf(rows))
    expect(ended).toMatchObject({ status: 'FAILED', error })
    expect(await named('bad')).toEqual(before)
    const files = await objects.list(`${bucket}/demo/datasets/bad/`)
    expect(files.filter(({ uri }) => !uri.includes('/data/')).map(({ uri }) => uri)).toEqual(
      ['manifest.json', 'profile.json', 'report.html'].map(
        (file) => `${bucket}/demo/datasets/bad/${before[0]?.version}/${file}`,
      ),
    )
    // Its data stay, under their checksum alone.
    const left = files.map(({ uri }) => uri).filter((uri) => !earlier.has(uri))
    expect(left).toEqual([
      expect.stringMatching(/[/]demo[/]datasets[/]bad[/][0-9a-f]{16}[/]data[/]bad[.]csv$/),
    ])
  })

  it('tells with the second version what has changed since the first', async () => {
    await importText('grown', 'one.csv', parcels(300))
    const rows = Array.from({ length: 300 }, (_, at) => parcelRow(at, at % 2 === 0 ? { carrier: '' } : {}))
    const ended = await importText('grown', 'two.csv', csvOf(rows))
    expect(ended.status).toBe('SUCCEEDED')
    const profile = (await rig.json(`${ended.runUri}/profile.json`)) as {
      findings: { kind: string; columns: string[] }[]
    }
    expect(profile.findings).toContainEqual(
      expect.objectContaining({ kind: 'missing-change', columns: ['carrier'] }),
    )
  })

  it('is asked for by an upload to the inbox, once however often the event comes', async () => {
    const { handler } = await import('../../functions/starter/handler.ts')
    const upload = (key: string) => ({
      source: 'aws.s3',
      detail: { bucket: { name: bucket.slice('s3://'.length) }, object: { key, 'version-id': '1' } },
    })
    const names = { 'demo/inbox/visits/2026/11.csv': 'visits', 'demo/inbox/may table.csv.gz': 'may-table' }
    for (const [key, name] of Object.entries(names)) {
      const machines = rig.platform.machines.length
      const answers = await Promise.all([1, 2, 3].map(() => handler(upload(key), lambdaContext)))
      expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1)
      expect(rig.platform.machines.slice(machines)).toEqual([
        expect.stringMatching(/stateMachine:regimen-dev-demo-dataset-import$/),
      ])
      const input = JSON.parse(rig.platform.executions.get(answers[0]!.runId)!)
      expect(input).toMatchObject({ name, source: { kind: 'object', uri: `${bucket}/${key}` } })
    }
  })
})
