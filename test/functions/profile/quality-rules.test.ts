import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { part as partSchema } from '../../../functions/dataset/part.ts'
import { handler as planParts } from '../../../functions/dataset/plan.handler.ts'
import type { Finding } from '../../../functions/profile/finding.ts'
import { contractOf, findingsOf } from '../../../functions/profile/findings.ts'
import { handler as mergeProfile } from '../../../functions/profile/merge.handler.ts'
import { missesMore, missingSpikes } from '../../../functions/profile/missing-spikes.ts'
import { handler as profilePart } from '../../../functions/profile/part.handler.ts'
import { type Profile, profileSchema } from '../../../functions/profile/profile.ts'
import { judgeRules } from '../../../functions/profile/quality-rules.ts'
import { type ProjectInput, parseProject, type QualityRule } from '../../../functions/project.ts'
import { contracts } from '../../../functions/stages.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { csvOf, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'
import { numericColumn } from '../drift/build-profile.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

type Rule = NonNullable<NonNullable<ProjectInput['quality']>['rules']>[number]
const now = Date.parse('2026-03-01T00:00:00Z')

const withRules = (...rules: Rule[]) => {
  const base = parcelsProject()
  return parseProject({ ...base, quality: { ...base.quality, maxDuplicateShare: 1, rules } })
}

const read = (uri: string): unknown => JSON.parse(objects.get(uri)!.toString('utf8'))

/** As the state machine does, over several parts. */
async function run(
  text: string,
  rules: Rule[],
  { partBytes = 4_096, previous = undefined as Profile | undefined } = {},
) {
  const project = withRules(...rules)
  const projectUri = `s3://b/projects/${Math.random().toString(36).slice(2)}.json`
  objects.set(projectUri, Buffer.from(JSON.stringify(project)))
  objects.set('s3://b/in.csv', Buffer.from(text))
  if (previous !== undefined) objects.set('s3://b/previous.json', Buffer.from(JSON.stringify(previous)))
  const runUri = 's3://b/parcels/runs/aaaaaaaaaaaaaaaa'
  const context = { contract: 1, runId: 'aaaaaaaaaaaaaaaa', projectUri, runUri, purpose: 'training' as const }
  const { planUri } = await planParts({ ...context, sourceUri: 's3://b/in.csv', partBytes }, lambdaContext)
  const parts = partSchema.array().parse(read(planUri))
  for (const part of parts) await profilePart({ ...context, part, holdout: 0, seed: 7 }, lambdaContext)
  const answer = await mergeProfile(
    {
      ...context,
      parts: parts.length,
      ...(previous === undefined ? {} : { previousUri: 's3://b/previous.json' }),
    },
    lambdaContext,
  )
  const merged = contracts.mergeProfile.output.parse(answer)
  return { ...merged, profile: profileSchema.parse(read(merged.profileUri)), parts: parts.length, project }
}

const rowsOf = (count: number, change: (row: string[], at: number) => void) =>
  csvOf(
    Array.from({ length: count }, (_, at) => {
      const cells = [...parcelRow(at)]
      change(cells, at)
      return cells
    }),
  )
const at = (name: string) => parcelsProject().source.columns.findIndex((column) => column.name === name)
const of = (profile: Profile, kind: string): Finding[] =>
  (profile.findings ?? []).filter((each) => each.kind === kind)

describe('quality rules over merged parts', () => {
  beforeEach(() => objects.clear())

  it('stop a run with an error, name rule, column and row, and no value', async () => {
    const { quality, profile, parts } = await run(
      rowsOf(300, (row, index) => {
        row[at('weight')] = index === 211 ? '49.75' : '3'
      }),
      [{ rule: 'range', column: 'weight', max: 20 }],
    )
    expect(parts).toBeGreaterThan(2)
    expect(quality).toEqual({
      passed: false,
      summary: 'column "weight" (range): 1 value outside −∞ to 20',
    })
    expect(of(profile, 'range')).toMatchObject([{ severity: 'error', count: 1, columns: ['weight'] }])
    expect(JSON.stringify([quality, profile.findings])).not.toContain('49.75')
  })

  it('tell a warning, and go on', async () => {
    const { quality, profile } = await run(
      rowsOf(300, (row, index) => {
        row[at('weight')] = index % 10 === 0 ? '?' : '3'
      }),
      [{ rule: 'completeness', column: 'weight', minShare: 0.95, severity: 'warning' }],
    )
    expect(quality).toEqual({
      passed: true,
      summary:
        '300 rows keep the schema contract; 2 warnings: completeness ("weight"), personal date ("sent")',
    })
    expect(of(profile, 'completeness')).toMatchObject([
      { severity: 'warning', count: 30, words: '90.0 % of the rows have a value, at least 95.0 % must.' },
    ])
  })

  it('find a key that repeats within a part and one that repeats across parts', async () => {
    const key: Rule = { rule: 'uniqueness', columns: ['parcel'] }
    const unique = await run(parcels(300), [key])
    expect(of(unique.profile, 'uniqueness')).toEqual([])
    expect(unique.quality.passed).toBe(true)
    for (const [from, to] of [
      [10, 11],
      [3, 290],
    ] as const) {
      const { quality, profile } = await run(
        rowsOf(300, (row, index) => {
          if (index === to) row[at('parcel')] = parcelRow(from)[at('parcel')]!
        }),
        [key],
      )
      expect(quality.passed, `${from} and ${to}`).toBe(false)
      expect(of(profile, 'uniqueness')).toMatchObject([{ columns: ['parcel'], count: 1 }])
    }
  })

  it('compare the number of rows with the version before', async () => {
    const rule: Rule = { rule: 'row-count', maxFall: 0.2, maxRise: 0.5 }
    const { profile: previous } = await run(parcels(300), [])
    const whole = await run(parcels(290), [rule], { previous })
    expect(whole.quality.passed).toBe(true)
    const fallen = await run(parcels(210), [rule], { previous })
    expect(fallen.quality.summary).toBe(
      'the table (row-count): 210 rows, 30.0 % fewer than the version before; −20.0 % to +50.0 % may be',
    )
    const first = await run(parcels(300), [rule])
    expect(first.quality.passed).toBe(true)
    expect(of(first.profile, 'row-count')).toMatchObject([{ severity: 'note' }])
  })

  it('refuse a rule over a column that the project does not have', () => {
    expect(() => withRules({ rule: 'range', column: 'wieght', min: 0 })).toThrow('no source column "wieght"')
    expect(() => withRules({ rule: 'uniqueness', columns: ['parcel', 'nowhere'] })).toThrow(
      'no source column "nowhere"',
    )
  })
})

/** A profile with the columns that a rule looks at, and nothing else. */
function profileOf(numbers: readonly (number | null)[], levels: readonly (string | null)[]): Profile {
  const present = numbers.filter((value) => value !== null).sort((a, b) => a - b)
  const counts = <Value>(values: readonly Value[]) => [
    ...values.reduce((all, value) => all.set(value, (all.get(value) ?? 0) + 1), new Map<Value, number>()),
  ]
  const named = levels.filter((level) => level !== null)
  const base = { unreadable: 0, violations: [] }
  return profileSchema.parse({
    rows: numbers.length,
    duplicates: 0,
    columns: {
      x: {
        kind: 'numeric',
        type: 'timestamp',
        ...base,
        count: present.length,
        nulls: numbers.length - present.length,
        min: present[0] ?? null,
        max: present.at(-1) ?? null,
        mean: present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length,
        m2: 0,
        levels: counts(present),
      },
      level: {
        kind: 'category',
        type: 'category',
        ...base,
        count: named.length,
        nulls: levels.length - named.length,
        levels: counts(named),
        otherCount: 0,
      },
    },
  })
}

const judge = (profile: Profile, rule: QualityRule) => judgeRules(profile, [rule], { now })[0]!

describe('a quality rule', () => {
  const numbers = fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { nil: null }), { maxLength: 60 })
  const severity = 'error' as const

  it('of a range holds exactly when the share of values outside is tolerated', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: -60, max: 0 }),
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, min, max, maxShare) => {
          const profile = profileOf(
            values,
            values.map(() => null),
          )
          const outcome = judge(profile, { rule: 'range', severity, column: 'x', min, max, maxShare })
          const outside = values.filter((value) => value !== null && (value < min || value > max)).length
          expect(outcome.count).toBe(outside)
          expect(outcome.passed).toBe(values.length === 0 || outside / values.length <= maxShare)
        },
      ),
    )
  })

  it('of levels holds exactly when no more than the tolerated values are foreign', () => {
    const levels = fc.array(fc.constantFrom('a', 'b', 'c', '__proto__', null), { maxLength: 60 })
    fc.assert(
      fc.property(levels, fc.double({ min: 0, max: 1, noNaN: true }), (values, maxShare) => {
        const outcome = judge(
          profileOf(
            values.map(() => null),
            values,
          ),
          { rule: 'levels', severity, column: 'level', levels: ['a', 'b'], maxShare },
        )
        const named = values.filter((value) => value !== null)
        const foreign = named.filter((value) => value !== 'a' && value !== 'b').length
        expect(outcome.count).toBe(foreign)
        expect(outcome.passed).toBe(named.length === 0 || foreign / named.length <= maxShare)
      }),
    )
  })

  it('of completeness holds exactly when enough rows have a value', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, minShare) => {
        const outcome = judge(
          profileOf(
            values,
            values.map(() => null),
          ),
          {
            rule: 'completeness',
            severity,
            column: 'x',
            minShare,
          },
        )
        const there = values.filter((value) => value !== null).length
        expect(outcome.passed).toBe(values.length === 0 || there / values.length >= minShare)
      }),
    )
  })

  it('of freshness holds exactly while the newest time is young enough', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 3_000 }),
        (ages, maxAgeDays) => {
          const times = ages.map((days) => now / 1_000 - days * 86_400)
          const outcome = judge(
            profileOf(
              times,
              times.map(() => null),
            ),
            { rule: 'freshness', severity, column: 'x', maxAgeDays },
          )
          expect(outcome.passed).toBe(Math.min(...ages) <= maxAgeDays)
        },
      ),
    )
    expect(
      judge(profileOf([null], [null]), { rule: 'freshness', severity, column: 'x', maxAgeDays: 1 }).passed,
    ).toBe(false)
  })

  it('of freshness is not kept by one time that lies ahead of the clock', () => {
    const ahead = (days: number) =>
      judge(profileOf([now / 1_000 - 9e6, now / 1_000 + days * 86_400], [null, null]), {
        rule: 'freshness',
        severity,
        column: 'x',
        maxAgeDays: 30,
      })
    expect(ahead(0.5).passed).toBe(true)
    expect(ahead(160)).toMatchObject({
      passed: false,
      words: 'The newest time lies 160.0 days ahead, so that nothing tells how old the table is.',
    })
  })

  it('that cannot be judged says so, and stops nothing', () => {
    const profile = profileOf([1, 2], ['a', 'b'])
    for (const rule of [
      { rule: 'range', severity, column: 'level', maxShare: 0 },
      { rule: 'levels', severity, column: 'x', levels: ['a'], maxShare: 0 },
      { rule: 'freshness', severity, column: 'level', maxAgeDays: 1 },
      { rule: 'completeness', severity, column: 'nowhere', minShare: 1 },
      { rule: 'uniqueness', severity, columns: ['x'], maxShare: 0 },
      { rule: 'row-count', severity, maxFall: 0, maxRise: 0 },
    ] satisfies QualityRule[]) {
      const outcome = judge(profile, rule)
      expect(outcome.passed, rule.rule).toBeNull()
      expect(outcome.words).toMatch(/\.$/)
    }
  })
})

describe('missing cells', () => {
  it('spike where a block misses far more than the usual one, and nowhere else', () => {
    const blocks = Array.from({ length: 20 }, (_, at) => ({
      part: 0,
      firstRow: at * 500,
      rows: 500,
      missing: { x: at === 7 || at === 8 ? 300 : 10, y: 10 + (at % 5), z: at * 20 },
    }))
    expect(missingSpikes(blocks, 'x')).toEqual([
      { part: 0, from: 3_501, to: 4_500, missing: 600, rows: 1_000, usual: 0.02 },
    ])
    expect(missingSpikes(blocks, 'y')).toEqual([])
    expect(missingSpikes(blocks, 'z')).toEqual([])
    expect(missingSpikes(blocks, 'absent')).toEqual([])
  })

  it('are more than before from five points on, beyond chance', () => {
    expect(missesMore({ nulls: 100, rows: 1_000 }, { nulls: 10, rows: 1_000 })).toBe(true)
    expect(missesMore({ nulls: 50, rows: 1_000 }, { nulls: 10, rows: 1_000 })).toBe(false)
    expect(missesMore({ nulls: 2, rows: 10 }, { nulls: 0, rows: 10 })).toBe(false)
    expect(missesMore({ nulls: 0, rows: 0 }, { nulls: 0, rows: 0 })).toBe(false)
  })
})

describe('columns that seem to identify people', () => {
  const project = parcelsProject()
  const profile: Profile = {
    ...profileOf([1, 2, 3], ['a', 'b', 'c']),
    examination: {
      blocks: [],
      extremes: {},
      isolation: { sampled: 0, flagged: 0, rows: [] },
      identifiers: { level: { sampled: 200, found: { ssn: 200 } } },
      keys: [],
      mixed: {},
    },
  }
  const found = (phi: 'none' | 'quasi' | 'direct', phiReviewed: boolean, environment: string) => {
    const column = { ...project.source.columns[0]!, name: 'level', phi, phiReviewed }
    return findingsOf(profile, { ...contractOf(project), columns: [column] }, { now, environment }).filter(
      ({ source }) => source === 'privacy',
    )
  }

  it('are a warning where data are tried out, an error where they are real, nothing once classed or reviewed', () => {
    expect(found('none', false, 'dev')).toMatchObject([
      { severity: 'warning', kind: 'ssn', columns: ['level'] },
    ])
    expect(found('quasi', false, 'staging')).toMatchObject([{ severity: 'error' }])
    expect(found('none', false, 'prod')).toMatchObject([
      {
        severity: 'error',
        words:
          'Seems to hold a social security number (Safe Harbor item G), by 100.0 % of a sample of its values.',
        do: "Class it phi: 'direct' in the project, or set phiReviewed if somebody looked and it is none.",
      },
    ])
    expect(found('direct', false, 'prod')).toEqual([])
    expect(found('none', true, 'prod')).toEqual([])
  })
  it('are ages above 89 too, which a number of another name or size is not', () => {
    const ages = (name: string, ...values: number[]) =>
      findingsOf({ ...profileOf([], []), columns: { [name]: numericColumn(values) } }, {}, { now }).filter(
        ({ source }) => source === 'privacy',
      )
    for (const name of ['age', 'patient_age', 'AgeYears', 'age_at_admission'])
      expect(ages(name, 30, 90)).toMatchObject([
        { kind: 'age', words: 'Seems to hold an age above 89 (Safe Harbor item C), by its name.' },
      ])
    expect([
      ages('age', 30, 89),
      ages('age', 30, 2_000),
      ages('stage', 30, 90),
      ages('age_group', 95),
    ]).toEqual([[], [], [], []])
  })
})
