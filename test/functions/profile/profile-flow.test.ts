import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { part as partSchema } from '../../../functions/dataset/part.ts'
import { handler as planParts } from '../../../functions/dataset/plan.handler.ts'
import { handler as mergeProfile } from '../../../functions/profile/merge.handler.ts'
import { handler as profilePart } from '../../../functions/profile/part.handler.ts'
import { type Profile, profileSchema } from '../../../functions/profile/profile.ts'
import { contracts } from '../../../functions/stages.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { csvOf, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

type Purpose = 'training' | 'inference'
const read = (uri: string) => JSON.parse(objects.get(uri)!.toString('utf8'))
const profileAt = (uri: string): Profile => profileSchema.parse(read(uri))

/** Plan, profile every part, merge: as the state machine does. */
async function run(
  text: string,
  {
    purpose = 'training' as Purpose,
    partBytes = 4_096,
    holdout = 0,
    baselineUri = undefined as string | undefined,
    runUri = 's3://b/parcels/runs/aaaaaaaaaaaaaaaa',
    project = parcelsProject(),
  } = {},
) {
  const projectUri = `s3://b/projects/${project.source.columns.length}.json`
  objects.set(projectUri, Buffer.from(JSON.stringify(project)))
  objects.set('s3://b/in.csv', Buffer.from(text))
  const context = { contract: 1, runId: 'aaaaaaaaaaaaaaaa', projectUri, runUri, purpose }
  const { planUri } = await planParts({ ...context, sourceUri: 's3://b/in.csv', partBytes }, lambdaContext)
  const parts = partSchema.array().parse(read(planUri))
  for (const part of parts)
    await profilePart(
      { ...context, part, holdout, seed: 7, ...(baselineUri === undefined ? {} : { baselineUri }) },
      lambdaContext,
    )
  const answer = await mergeProfile({ ...context, parts: parts.length }, lambdaContext)
  const merged = contracts.mergeProfile.output.parse(answer)
  const profile: Profile = profileAt(merged.profileUri)
  return { ...merged, parts: parts.length, profile }
}

describe('profiling a run', () => {
  beforeEach(() => objects.clear())

  it('gives the same profile in one part as in many', async () => {
    const one = await run(parcels(400), { partBytes: 1_000_000 })
    const many = await run(parcels(400), { partBytes: 2_048 })
    expect(many.parts).toBeGreaterThan(5)
    expect(many.quality).toEqual({
      passed: true,
      summary: '400 rows keep the schema contract; 1 warning: personal date ("sent")',
    })
    const comparable = (profile: Profile) =>
      JSON.parse(
        JSON.stringify({ ...profile, parts: [], examination: undefined, findings: undefined }, (_, value) =>
          typeof value === 'number' ? Number(value.toPrecision(9)) : value,
        ),
      )
    expect(comparable(many.profile)).toEqual(comparable(one.profile))
  })

  /** Few columns: a property runs a hundred times. */
  const narrow = () => {
    const { source } = parcelsProject()
    const columns = source.columns.filter(({ name }) =>
      ['parcel', 'customer', 'weight', 'late'].includes(name),
    )
    return parcelsProject({
      source: { ...source, columns, extraColumns: 'ignore' },
      features: [{ name: 'weight', kind: 'numeric', from: ['weight'], label: 'weight' }],
      featuresSql:
        'SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label, weight FROM raw',
      groups: [],
      prediction: { names: { entityId: 'customerId', prediction: 'lateProbability' } },
    })
  }

  // Feature: mlops-platform, Property 3: Baseline statistics creation
  it('stores baseline statistics of every source column for any training table', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: 60 }), fc.nat(1_000), async (rows, from) => {
        const text = csvOf(Array.from({ length: rows }, (_, at) => parcelRow(from + at)))
        await run(text, { partBytes: 1_000_000, project: narrow() })
        const baseline = profileAt('s3://b/parcels/runs/aaaaaaaaaaaaaaaa/baseline.json')
        expect(baseline.rows).toBe(rows)
        for (const { name } of narrow().source.columns) {
          const column = baseline.columns[name]!
          expect(column.count + column.nulls + column.unreadable).toBe(rows)
        }
        expect(baseline.features?.sides.train).toBeDefined()
      }),
      { numRuns: 100 },
    )
  }, 120_000)

  // Feature: mlops-platform, Property 31: Data quality metrics computation
  it('computes and stores quality metrics for any batch, good or bad', async () => {
    const cell = fc.constantFrom('', '?', '12', '-1', '1,5', 'north', 'nowhere', 'true', '2026-01-01', '0x1F')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ weight: cell, stops: cell, zone: cell, fragile: cell, sent: cell }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (changes) => {
          const text = csvOf(changes.map((change, at) => parcelRow(at, change)))
          const { profile, quality } = await run(text, { purpose: 'inference', partBytes: 1_000_000 })
          expect(profile.rows).toBe(changes.length)
          const broken = (name: string) =>
            profile.columns[name]!.violations.reduce((sum, { count }) => sum + count, 0)
          const count = (name: 'weight' | 'stops' | 'zone', wrong: readonly string[]) =>
            changes.filter((change) => wrong.includes(change[name])).length
          expect(broken('weight')).toBe(
            count('weight', ['-1', '1,5', 'north', 'nowhere', 'true', '2026-01-01', '0x1F']),
          )
          expect(broken('stops')).toBe(
            count('stops', ['', '?', '-1', '1,5', 'north', 'nowhere', 'true', '2026-01-01', '0x1F']),
          )
          expect(broken('zone')).toBe(
            count('zone', ['', '?', '12', '-1', '1,5', 'nowhere', 'true', '2026-01-01', '0x1F']),
          )
          const all = Object.keys(profile.columns).reduce((sum, name) => sum + broken(name), 0)
          expect(quality.passed).toBe(all === 0)
        },
      ),
      { numRuns: 100 },
    )
  }, 120_000)

  it('names column, row of the file and rule, but no value', async () => {
    const rows = Array.from({ length: 200 }, (_, at) =>
      parcelRow(at, at >= 150 ? { zone: 'Secretville' } : {}),
    )
    const { quality, parts } = await run(csvOf(rows), { partBytes: 2_048 })
    expect(parts).toBeGreaterThan(3)
    expect(quality).toEqual({
      passed: false,
      summary: 'column "zone", row 151: none of its levels (rule level, 50 of 200 rows)',
    })
    expect(JSON.stringify(quality)).not.toContain('Secretville')
  })

  it('counts held-out customers nowhere', async () => {
    const whole = await run(parcels(400))
    const held = await run(parcels(400), { holdout: 0.3 })
    expect(held.rows).toBeLessThan(whole.rows)
    const examples = (profile: Profile) =>
      Object.values(profile.features?.sides ?? {}).reduce((sum, { rows }) => sum + rows, 0)
    expect(examples(held.profile)).toBe(held.rows)
    expect(held.profile.columns.zone?.count).toBe(held.rows)
  })

  it('profiles the features over the labelled examples of the train side alone', async () => {
    const { profile } = await run(parcels(400))
    const { columns, sides } = profile.features!
    const train = sides.train!
    for (const column of Object.values(columns))
      expect(column.count + column.nulls).toBe(train.rows - train.unlabelled)
  })

  it('refuses training data with one class, or too few rows', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => parcelRow(at, { late: 'false' }))
    expect((await run(csvOf(rows))).quality.summary).toBe(
      'all examples on the train side have the same label',
    )
    expect((await run(parcels(5))).quality.summary).toContain('5 rows, at least 10 are needed')
  })

  it('refuses a table whose rows repeat across parts', async () => {
    const rows = Array.from({ length: 100 }, (_, at) => parcelRow(at % 50))
    expect((await run(csvOf(rows), { partBytes: 2_000 })).quality.summary).toBe(
      '50.0 % of the rows repeat another, at most 5.0 % may',
    )
  })

  it("counts a batch in its baseline's cells", async () => {
    const wide = Array.from({ length: 1_500 }, (_, at) =>
      parcelRow(at, { weight: String((at * 0.0331) % 50) }),
    )
    await run(csvOf(wide), { partBytes: 30_000 })
    const baselineUri = 's3://b/parcels/runs/aaaaaaaaaaaaaaaa/baseline.json'
    const baseline = profileAt(baselineUri).columns.weight
    const { profile } = await run(csvOf(wide.slice(0, 700)), {
      purpose: 'inference',
      baselineUri,
      partBytes: 30_000,
      runUri: 's3://b/parcels/inference/aaaaaaaaaaaaaaaa',
    })
    const batch = profile.columns.weight
    if (baseline?.kind !== 'numeric' || batch?.kind !== 'numeric') throw new Error('not numeric')
    expect(baseline.levels).toBeUndefined()
    expect(batch.cells?.edges).toEqual(baseline.cells?.edges)
    expect(batch.cells?.counts.reduce((a, b) => a + b, 0)).toBe(700)
    expect(profile.features).toBeUndefined()
  })
})
