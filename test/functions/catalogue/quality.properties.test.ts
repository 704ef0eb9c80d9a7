import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Comparison, compareVersions } from '../../../functions/catalogue/compare-versions.ts'
import { readVersion } from '../../../functions/catalogue/version-store.ts'
import { getDataset } from '../../../functions/dataset/dataset-store.ts'
import type { Finding } from '../../../functions/profile/finding.ts'
import { profileSchema } from '../../../functions/profile/profile.ts'
import type { Project } from '../../../functions/project.ts'
import { bucket, importTable } from '../../builders/import-table.ts'
import { objects } from '../../builders/memory-objects.ts'
import { items } from '../../builders/memory-table.ts'
import { csvOf, parcelsProject } from '../../builders/project.ts'

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
vi.mock('../../../functions/table-store.ts', async (original) => ({
  ...(await original<typeof import('../../../functions/table-store.ts')>()),
  ...(await import('../../builders/memory-table.ts')).memoryTableStore,
}))

const base = parcelsProject()
const narrow = (weight: 'number' | 'category', late: 'boolean' | 'text' = 'boolean') =>
  parcelsProject({
    source: {
      nullTokens: ['?'],
      extraColumns: 'ignore',
      columns: [
        { name: 'parcel', type: 'identifier' },
        { name: 'customer', type: 'identifier' },
        weight === 'number'
          ? { name: 'weight', type: 'number', nullable: true, min: 0, max: 50 }
          : { name: 'weight', type: 'category', nullable: true },
        { name: 'stops', type: 'integer', min: 0 },
        { name: 'zone', type: 'category', levels: ['north', 'south', 'east', 'west'] },
        { name: 'late', type: late, nullable: true, outcome: true },
      ],
    },
    features: base.features.filter(({ name }) => name === 'stops'),
    featuresSql:
      'SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label, stops FROM raw',
    groups: [],
    prediction: { names: { entityId: 'customerId', prediction: 'lateProbability' } },
  })
const project = narrow('number')
const header = ['parcel', 'customer', 'weight', 'stops', 'zone', 'late']
const rowOf = (at: number) => [
  `p${at}`,
  `c${at % 37}`,
  String(5 + ((at * 37) % 13) / 10),
  String(at % 9),
  ['north', 'south', 'east', 'west'][at % 4] ?? '',
  at % 3 === 0 ? 'true' : 'false',
]
const rowsOf = (count: number) => Array.from({ length: count }, (_, at) => rowOf(at))

function importRows(
  rows: readonly (readonly string[])[],
  columns = header,
  definition: Project = project,
  partBytes = 1_000_000,
) {
  const projectUri = `s3://${bucket}/parcels/project/${JSON.stringify(definition).length}.json`
  const uri = `s3://${bucket}/parcels/inbox/table.csv`
  objects.set(projectUri, Buffer.from(JSON.stringify(definition)))
  objects.set(uri, Buffer.from(csvOf(rows, { header: columns })))
  const source = { kind: 'object' as const, uri }
  return importTable({ project: definition, projectUri, name: 'may', source, partBytes })
}
const findingsAt = (uri: string): readonly Finding[] =>
  profileSchema.parse(JSON.parse(objects.get(uri)!.toString())).findings ?? []
const version = async (name: string) => await readVersion((await getDataset('parcels', 'may', name))!)

// A hundred tables each, a whole import apiece.
vi.setConfig({ testTimeout: 180_000 })

beforeEach(() => {
  objects.clear()
  items.clear()
})

describe('reviewing a dataset', () => {
  // Feature: mlops-platform, Property 45: Dataset profiling completeness
  it('draws the distribution of every column that may be shown, what moves together, and what is an outlier', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 150, max: 250 }),
      outlier: fc.option(fc.nat(39), { nil: undefined }),
      missing: fc.integer({ min: 0, max: 10 }),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows: count, outlier, missing }) => {
        items.clear()
        const rows = rowsOf(count).map((row, at) =>
          at === outlier ? row.with(2, '49.9') : at >= count - missing ? row.with(2, '?') : row,
        )
        const { reportUri, profileUri, version: name } = await importRows(rows)
        const html = objects.get(reportUri)!.toString()
        expect(html).toContain(`may@${name}`)
        const panels = html.split('<figure class="panel">').slice(1)
        expect(panels.map((panel) => /<h3>(\w+)/.exec(panel)?.[1])).toEqual(header)
        for (const panel of panels) expect(panel.includes('<svg')).toBe(!/<h3>(parcel|customer) /.test(panel))
        const weight = panels.find((panel) => panel.startsWith('<h3>weight'))!
        expect(weight).toMatch(/class="median"/)
        expect(html).toMatch(/<section id="correlations"[\s\S]*<svg/)
        const told = findingsAt(profileUri).find(({ kind }) => kind === 'outliers')
        expect(told?.columns).toEqual(outlier === undefined ? undefined : ['weight'])
        if (told !== undefined) expect(html).toContain(told.words)
        if (outlier !== undefined) expect(weight).toMatch(/class="fence"/)
        expect(html).toMatch(/<section id="missing"/)
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 46: Data quality anomaly detection
  it('flags what was planted in a table, each fault under its kind, and nothing that was not', async () => {
    const planted = fc.record({
      spike: fc.constantFrom(true, false, false, false),
      duplicates: fc.integer({ min: 0, max: 6 }),
      outliers: fc.uniqueArray(fc.nat(199), { maxLength: 3 }),
      violation: fc.option(fc.nat(199), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(planted, async ({ spike, duplicates: copies, outliers, violation }) => {
        items.clear()
        // Along one part nothing is usual: a spike is told among parts, in which copies are estimated.
        const [duplicates, partBytes] = spike ? [0, 2_600] : [copies, 1_000_000]
        const rows = rowsOf(480).map((row, at) => {
          if (outliers.includes(at)) return row.with(2, '49.9')
          if (spike && at >= 400) return row.with(2, '')
          return row
        })
        const table = [...rows, ...rows.slice(0, duplicates)].map((row, at) =>
          at === violation ? row.with(4, 'nowhere') : row,
        )
        const imported = importRows(table, header, project, partBytes)
        if (violation !== undefined) {
          await expect(imported).rejects.toMatchObject({
            name: 'DatasetSchemaMismatch',
            message: expect.stringContaining(
              `column "zone" has a cell that is none of its levels, row ${violation + 1} of`,
            ),
          })
          return
        }
        const findings = findingsAt((await imported).profileUri)
        const of = (kind: string) => findings.find((finding) => finding.kind === kind)
        expect(of('missing-spike')?.columns).toEqual(spike ? ['weight'] : undefined)
        expect(of('duplicate-rows')?.count).toBe(duplicates === 0 ? undefined : duplicates)
        // A row that is repeated repeats its outlier.
        const repeated = outliers.filter((at) => at < duplicates)
        expect(of('outliers')?.count).toBe(
          outliers.length === 0 ? undefined : outliers.length + repeated.length,
        )
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 48: Dataset version comparison
  it('tells what was changed between two versions, in schema, statistics, quality and distribution, and no more', async () => {
    const change = fc.record({
      added: fc.uniqueArray(fc.constantFrom('colour', 'courier', 'price'), { maxLength: 3 }),
      removed: fc.boolean(),
      retyped: fc.boolean(),
      more: fc.integer({ min: 0, max: 60 }),
      missing: fc.integer({ min: 0, max: 40 }),
      heavier: fc.constantFrom(0, 0, 3),
      duplicates: fc.constantFrom(0, 30),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ added, removed, retyped, more, missing, heavier, duplicates }) => {
        items.clear()
        const before = rowsOf(200).map((row) => [...row, 'x'])
        const weights = (rows: readonly (readonly string[])[]) =>
          rows.flatMap((row) => (row[2] === '?' ? [] : [Number(row[2])]))
        const changed = rowsOf(200 + more).map((row, at) => {
          const weight = at < missing ? '?' : String(Math.round((Number(row[2]) + heavier) * 10) / 10)
          return row.with(2, weight)
        })
        const repeated = [...changed, ...changed.slice(0, duplicates)]
        const kept = (row: readonly string[]) => (removed ? row : [...row, 'x'])
        const after = repeated.map((row) => [...kept(row), ...added.map(() => 'y')])
        const first = await importRows(before, [...header, 'note'])
        const definition = retyped ? narrow('category') : project
        const second = await importRows(
          after,
          [...header, ...(removed ? [] : ['note']), ...added],
          definition,
        )
        const comparison: Comparison = compareVersions(
          await version(first.version),
          await version(second.version),
          project,
        )
        const same = !removed && added.length + more + missing + heavier + duplicates === 0
        expect(comparison.identical).toBe(same)
        if (same) return
        expect(comparison.schema).toEqual({
          added,
          removed: removed ? ['note'] : [],
          retyped: retyped ? [{ column: 'weight', before: 'number', after: 'category' }] : [],
          reordered: false,
        })
        const rows = 200 + more + duplicates
        expect(comparison.rows).toEqual({ before: 200, after: rows, change: rows - 200 })
        expect(comparison.duplicates.after).toBe(duplicates)
        const weight = comparison.columns.weight!
        const gone = repeated.filter((row) => row[2] === '?').length
        expect(weight.missingChange).toBeCloseTo(gone / rows, 12)
        if (!retyped) {
          const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
          expect(weight.meanChange).toBeCloseTo(mean(weights(repeated)) - mean(weights(before)), 9)
        }
        expect(comparison.columns.zone?.changed).toBe(more + duplicates > 0)
        // More than 5 % of the rows repeated is what the project does not allow.
        expect(comparison.quality.after.passed).toBe(duplicates / rows <= 0.05)
        expect(comparison.quality.before.passed).toBe(true)
        // A shift of several deviations has drifted at any of these sizes, a few missing cells have not.
        const { drifted } = comparison.drift
        if (!retyped && heavier > 0) expect(drifted).toContain('weight')
        if (!retyped && heavier === 0 && missing <= 5) expect(drifted).not.toContain('weight')
      }),
      { numRuns: 100 },
    )
  })

  it('takes two estimates of one number of distinct values for no change', async () => {
    items.clear()
    const named = (prefix: string, count: number) =>
      rowsOf(count).map((row, at) => row.with(0, `${prefix}${at}`).with(1, `c${at}`))
    const [one, other, fewer] = [
      await importRows(named('p', 3_000), header),
      await importRows(named('q', 3_000), header),
      await importRows(
        named('r', 3_000).map((row, at) => row.with(0, `r${at % 1_500}`)),
        header,
      ),
    ]
    const before = await version(one.version)
    const moved = (after: Awaited<ReturnType<typeof version>>) =>
      compareVersions(before, after, project).columns.parcel
    const still = moved(await version(other.version))
    expect(still?.before?.distinct).not.toBe(still?.after?.distinct)
    expect(still?.changed).toBe(false)
    expect(moved(await version(fewer.version))?.changed).toBe(true)
  })
})
