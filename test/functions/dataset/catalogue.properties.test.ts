import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readManifest } from '../../../functions/catalogue/version-store.ts'
import { listDatasets } from '../../../functions/dataset/dataset-store.ts'
import { handler as fetchDataset } from '../../../functions/dataset/fetch.handler.ts'
import { type PlacedDataset, placedDataset } from '../../../functions/dataset/import-source.ts'
import { datasetManifest } from '../../../functions/dataset/manifest.ts'
import { handler as reviewDataset } from '../../../functions/dataset/review.handler.ts'
import { listDecisions, statusesOf } from '../../../functions/dataset/review-store.ts'
import { type FileServer, startFileServer } from '../../builders/file-server.ts'
import { bucket, importTable } from '../../builders/import-table.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { items } from '../../builders/memory-table.ts'
import { csvOf, parcelsProject } from '../../builders/project.ts'
import { zip } from '../../builders/zip.ts'

// Loggers are made when the doors are imported.
vi.hoisted(() => Object.assign(process.env, { POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' }))
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

const header = ['parcel', 'customer', 'weight', 'late']
const base = parcelsProject()
/** Few columns: a property runs a hundred times. */
const project = parcelsProject({
  source: {
    ...base.source,
    columns: base.source.columns.filter(({ name }) => header.includes(name)),
    attribution: 'the sorting office',
    licence: 'CC0 1.0',
  },
  features: [{ name: 'weight', kind: 'numeric', from: ['weight'], label: 'weight' }],
  featuresSql: 'SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label, weight FROM raw',
  groups: [],
  prediction: { names: { entityId: 'customerId', prediction: 'lateProbability' } },
})
const projectUri = `s3://${bucket}/parcels/project/1.json`

const row = fc.tuple(
  fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', ' ', 'ü'), minLength: 1, maxLength: 6 }),
  fc.nat(20).map((customer) => `c${customer}`),
  fc.oneof(
    fc.constant('?'),
    fc.integer({ min: 0, max: 500 }).map((grams) => String(grams / 10)),
  ),
  fc.constantFrom('true', 'false', ''),
)
const rows = fc.array(row, { minLength: 1, maxLength: 12 })
const delimiter = fc.constantFrom(',', ';', '\t', '|')
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
/** The first column is told apart by its place, so that no row repeats another. */
const tableOf = (some: readonly (readonly string[])[], separator = ',') =>
  csvOf(
    some.map(([parcel, ...cells], at) => [`${at}${parcel}`, ...cells]),
    { header, delimiter: separator },
  )
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

const importObject = (
  text: string | Buffer,
  options: { name?: string; key?: string; description?: string } = {},
) => {
  const uri = `s3://${bucket}/parcels/inbox/${options.key ?? 'table.csv'}`
  objects.set(uri, Buffer.from(text))
  const { description } = options
  return importTable({
    ...{ project, projectUri, name: options.name ?? 'may', source: { kind: 'object', uri } },
    ...(description === undefined ? {} : { description }),
  })
}

// A hundred tables each, a whole import apiece.
vi.setConfig({ testTimeout: 180_000 })

let server: FileServer
beforeAll(async () => {
  server = await startFileServer()
  vi.stubEnv('BUCKET', bucket)
  vi.stubEnv('ENVIRONMENT', 'prod')
  vi.stubEnv('PRIVATE_HOSTS', JSON.stringify([server.host]))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
})
const empty = () => {
  objects.clear()
  items.clear()
  server.files.clear()
  objects.set(projectUri, Buffer.from(JSON.stringify(project)))
}
beforeEach(empty)

describe('the catalogue', () => {
  // Feature: mlops-platform, Property 36: Dataset metadata completeness
  it('keeps version, time and schema of whatever is uploaded, in the manifest beside the data', async () => {
    await fc.assert(
      fc.asyncProperty(rows, delimiter, name, async (some, separator, called) => {
        empty()
        const text = tableOf(some, separator)
        const { version, uri } = await importObject(text, { name: called })
        const prefix = `s3://${bucket}/parcels/datasets/${called}/${sha256(text).slice(0, 16)}`
        const manifest = datasetManifest.parse(JSON.parse(objects.get(`${prefix}/manifest.json`)!.toString()))
        expect(manifest).toMatchObject({
          ...{ name: called, version, delimiter: separator, sha256: sha256(text), rows: some.length },
          ...{ version: sha256(text).slice(0, 16), header, requestedBy: 'ana', fileFormat: 'csv' },
          createdAt: expect.stringMatching(/^2026-11-21T\d\d:\d\d:\d\d/),
        })
        expect(manifest.schema.map((column) => [column.name, column.type, column.nullable])).toEqual([
          ['parcel', 'identifier', false],
          ['customer', 'identifier', false],
          ['weight', 'number', true],
          ['late', 'boolean', true],
        ])
        expect(objects.get(uri)!.toString()).toBe(text)
        expect(objects.has(`${prefix}/profile.json`) && objects.has(`${prefix}/report.html`)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 40: Dataset import with metadata
  it('holds the bytes of an external source, with whom they are from and under which licence', async () => {
    const packings = fc.constantFrom('none', 'gzip', 'zip', 'zip of many')
    await fc.assert(
      fc.asyncProperty(rows, packings, fc.string({ maxLength: 40 }), async (some, packing, attribution) => {
        empty()
        const text = tableOf(some)
        const path = `/data/${packing === 'none' ? 'may.csv' : packing === 'gzip' ? 'may.csv.gz' : 'may.zip'}`
        const members = { 'doc/readme.md': 'hello', 'inner/may.csv': text }
        const packed = {
          none: Buffer.from(text),
          gzip: gzipSync(text),
          zip: zip(members),
          'zip of many': zip({ ...members, 'other.csv': 'a\n1\n' }),
        }[packing]
        server.files.set(path, packed)
        const { version, uri } = await importTable({
          ...{ project, projectUri, name: 'external' },
          source: {
            ...{ kind: 'url', url: server.url(path), attribution, licence: 'CC BY 4.0' },
            ...(packing === 'zip of many'
              ? { members: [{ path: 'inner/may.csv', sha256: sha256(text) }] }
              : {}),
          },
        })
        expect(objects.get(uri)!.toString()).toBe(text)
        const [item] = await listDatasets('parcels')
        expect(await readManifest(item!)).toMatchObject({
          ...{ version, sha256: sha256(text), attribution, licence: 'CC BY 4.0', fileName: 'may.csv' },
          origin: { kind: 'url', location: server.url(path), sha256: sha256(packed), downloaded: true },
        })
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 41: Dataset browse information completeness
  it('tells of every dataset what it is, its schema, size, format, quality and status', async () => {
    const tables = fc.uniqueArray(fc.tuple(name, rows, fc.string({ minLength: 1, maxLength: 50 })), {
      ...{ minLength: 1, maxLength: 2 },
      selector: ([called]) => called,
    })
    await fc.assert(
      fc.asyncProperty(tables, async (some) => {
        empty()
        for (const [called, cells, description] of some)
          await importObject(tableOf(cells), { name: called, description })
        const listed = await listDatasets('parcels')
        expect(listed.map((item) => item.name)).toEqual(some.map(([called]) => called).reverse())
        for (const item of listed) {
          const [, cells, description] = some.find(([called]) => called === item.name)!
          expect(item).toMatchObject({
            ...{ description, rows: cells.length, columns: 4, fileFormat: 'csv', licence: 'CC0 1.0' },
            ...{ bytes: Buffer.byteLength(tableOf(cells)), attribution: 'the sorting office' },
            quality: { passed: cells.length >= 10 },
          })
          expect((await readManifest(item)).schema.map((column) => column.name)).toEqual(header)
          expect((await statusesOf('parcels')).get(`${item.name}@${item.version}`)).toBeUndefined()
        }
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 42: Dataset import validation
  it('takes a table in any format that it reads, and refuses a broken one without a trace in the catalogue', async () => {
    const encodings = fc.constantFrom('csv', 'gzip', 'jsonl')
    const faults = fc.constantFrom(
      ...([
        ['DatasetSchemaMismatch', (text: string) => text.replace('weight', 'mass')],
        ['DatasetSchemaMismatch', (text: string) => `${text}x,c1,heavy,true\n`],
        ['DatasetSchemaMismatch', (text: string) => `${text}x,c1,51,true\n`],
        ['DatasetUnreadable', (text: string) => `${text}x,c1,5,true,more\n`],
        ['DatasetUnreadable', (text: string) => `${text}"x,c1,5,true\n`],
        ['DatasetEmpty', () => ''],
        ['DatasetEmpty', (text: string) => text.slice(0, text.indexOf('\n') + 1)],
        ['DatasetUnreadable', () => '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00'],
      ] as const),
    )
    const catalogue = () =>
      [...objects.keys()].filter(
        (uri) => /\/(manifest|profile)\.json$|report/.test(uri) && uri.includes('/datasets/'),
      )
    await fc.assert(
      fc.asyncProperty(rows, encodings, faults, async (some, encoding, [error, broken]) => {
        empty()
        const text = tableOf(some)
        const lines = some.map(([parcel, customer, weight, late], at) =>
          JSON.stringify({
            ...{ parcel: `${at}${parcel}`, customer },
            weight: weight === '?' ? null : Number(weight),
            late: late === '' ? null : late === 'true',
          }),
        )
        const good = { csv: text, gzip: gzipSync(text), jsonl: `${lines.join('\n')}\n` }[encoding]
        const key = { csv: 'may.csv', gzip: 'may.csv.gz', jsonl: 'may.jsonl' }[encoding]
        const { version, rows: taken } = await importObject(good, { key })
        expect(taken).toBe(some.length)
        const before = [catalogue(), [...items]]
        await expect(importObject(broken(text), { key: 'broken.csv' })).rejects.toMatchObject({ name: error })
        expect([catalogue(), [...items]]).toEqual(before)
        expect((await listDatasets('parcels')).map((item) => item.version)).toEqual([version])
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 43: Dataset caching behavior
  it('downloads a source once, however often and under whatever name it is imported', async () => {
    const times = fc.integer({ min: 2, max: 4 })
    await fc.assert(
      fc.asyncProperty(rows, times, fc.boolean(), async (some, imports, pinned) => {
        empty()
        const file = Buffer.from(tableOf(some))
        server.files.set('/may.csv', file)
        Object.assign(server.counts, { bodies: 0, unchanged: 0 })
        const source = {
          ...{ kind: 'url' as const, url: server.url('/may.csv') },
          ...(pinned ? { sha256: sha256(file) } : {}),
        }
        const answers: PlacedDataset[] = []
        for (let at = 0; at < imports; at += 1) {
          const run = { runId: '0'.repeat(16), projectUri, runUri: `s3://${bucket}/parcels/imports/1` }
          const asked = { ...run, project: 'parcels', name: `copy-${at}`, requestedBy: 'ana', source }
          answers.push(placedDataset.parse(await fetchDataset(asked, lambdaContext)))
        }
        expect(server.counts).toEqual({ bodies: 1, unchanged: pinned ? 0 : imports - 1 })
        expect(answers.map(({ origin }) => origin.downloaded)).toEqual(answers.map((_, at) => at === 0))
        expect(new Set(answers.map(({ version }) => version)).size).toBe(1)
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 47: Dataset approval metadata
  it('says of every decided version what was decided, by whom and when, and lets nobody approve his own', async () => {
    const person = fc.constantFrom(
      'ana',
      'ben',
      'arn:aws:sts::000000000000:assumed-role/reviewer/ana',
      'cleo',
    )
    const step = fc.record({
      status: fc.constantFrom('approved' as const, 'rejected' as const),
      reviewer: person,
      reason: fc.constantFrom('', 'seen'),
    })
    const text = tableOf([['a', 'c1', '1', 'true']])
    const { version } = await importObject(text)
    const key = `parcels#may@${version}`
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        for (const [id, item] of items) if (String(item.pk).includes(key)) items.delete(id)
        let status: string = 'pending'
        let decided = 0
        for (const asked of steps) {
          const refused =
            (asked.status === 'rejected' && asked.reason === '') ||
            (asked.status === 'approved' && status === 'rejected') ||
            (asked.status === 'approved' && status === 'pending' && asked.reviewer.endsWith('ana'))
          const request = { project: 'parcels', name: 'may', version, ...asked }
          if (refused) {
            await expect(reviewDataset(request, lambdaContext)).rejects.toMatchObject({
              name: asked.reason === '' && asked.status === 'rejected' ? 'InvalidRequest' : 'ApprovalRefused',
            })
          } else {
            const answer = await reviewDataset(request, lambdaContext)
            expect(answer).toMatchObject({ status: asked.status, changed: status !== asked.status })
            if (status !== asked.status) {
              decided += 1
              expect(answer).toMatchObject({ reviewer: asked.reviewer, reason: asked.reason })
            }
            status = asked.status
          }
        }
        const decisions = await listDecisions({ project: 'parcels', name: 'may', version })
        expect(decisions.map(({ sequence }) => sequence)).toEqual(
          Array.from({ length: decided }, (_, at) => decided - at),
        )
        expect((await statusesOf('parcels')).get(`may@${version}`)?.status ?? 'pending').toBe(status)
        for (const decision of decisions) expect(decision.decidedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
      }),
      { numRuns: 200 },
    )
  })
})
