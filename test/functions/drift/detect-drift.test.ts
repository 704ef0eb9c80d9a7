import { describe, expect, it } from 'vitest'
import { compareCategorical } from '../../../functions/drift/compare-categorical.ts'
import { detectDrift, ignoredColumns } from '../../../functions/drift/detect-drift.ts'
import { driftSchema } from '../../../functions/drift/drift.ts'
import type { CategoryColumn } from '../../../functions/profile/profile.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import {
  type Cell,
  categoryColumn,
  cellColumn,
  numericColumn,
  profileOf,
  profileTable,
  thresholds,
} from './build-profile.ts'

const rows = 600
const random = seededRandom(11)
const draw = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make)
const normal = () => draw(12, random).reduce((sum, value) => sum + value, -6)
const pick = (levels: readonly string[]) => levels[Math.floor(random() ** 2 * levels.length)] as string

const table = (count: number, shift = 0): Record<string, Cell[]> => ({
  age: draw(count, () => Math.round((normal() * 10 + 60 + shift * 10) * 4) / 4),
  visits: draw(count, () => Math.floor(random() ** 3 * 8)),
  payer: draw(count, () => (random() < 0.3 ? null : pick(['MC', 'HM', 'BC', 'SP']))),
  sex: draw(count, () => pick(['F', 'M'])),
})
const compare = (
  before: Record<string, Cell[]>,
  now: Record<string, Cell[]>,
  importance?: Record<string, number>,
) =>
  driftSchema.parse(
    detectDrift({
      baseline: profileTable(before),
      current: profileTable(now),
      thresholds,
      ...(importance === undefined ? {} : { importance }),
    }),
  )

describe('drift of a batch', () => {
  it('finds nothing in another sample of the same population', () => {
    const drift = compare(table(rows * 5), table(rows))
    expect(drift.drifted).toEqual([])
    expect(drift.driftScore).toBe(0)
    expect(drift.alarm).toBe(false)
    expect(drift.reasons).toEqual(['none of 4 features drifted'])
  })

  it('names the column that moved and no other, in words', () => {
    const drift = compare(table(rows * 5), table(rows, 0.5))
    expect(drift.drifted).toEqual(['age'])
    expect(drift.features.age?.reason).toMatch(
      /^values moved by 0\.\d\d baseline deviations \(p < 0\.0001\)$/,
    )
    expect(drift.driftScore).toBe(0.25)
  })

  it('weighs what drifted by its importance to the model', () => {
    const [before, now] = [table(rows * 5), table(rows, 0.5)]
    const heavy = compare(before, now, { age: 0.7, visits: 0.3 })
    expect(heavy.weightedDriftScore).toBeCloseTo(0.7, 12)
    expect([heavy.alarm, heavy.severe]).toEqual([true, true])
    const light = compare(before, now, { age: 0, visits: 1 })
    expect(light.weightedDriftScore).toBe(0)
    expect([light.alarm, light.severe]).toEqual([false, false])
    expect(light.reasons).toContain('none of them is among the 10 most important')
  })

  it('raises the alarm for one of the most important features even when the weighted score is low', () => {
    const drift = compare(table(rows * 5), table(rows, 0.5), { age: 0.1, visits: 0.9 })
    expect(drift.weightedDriftScore).toBeCloseTo(0.1, 12)
    expect([drift.alarm, drift.severe]).toEqual([true, false])
    expect(drift.reasons).toContain('among the 10 most important: age')
  })

  it('raises the alarm when three features moved, however little the model relies on them', () => {
    const now = table(rows, 0.5)
    now.visits = (now.visits ?? []).map((visits) => Number(visits) + 2)
    now.sex = (now.sex ?? []).map((sex, at) => (at % 2 === 0 ? 'M' : sex))
    const drift = compare(table(rows * 5), now, { age: 0, visits: 0, sex: 0, payer: 1 })
    expect(drift.drifted).toEqual(['age', 'visits', 'sex'])
    expect([drift.weightedDriftScore, drift.alarm, drift.severe]).toEqual([0, true, false])
    expect(drift.reasons[0]).toBe('3 of 4 features drifted, which alone raises the alarm')
  })

  it('is zero everywhere for identical data', () => {
    const same = table(rows)
    const drift = compare(same, same)
    for (const feature of Object.values(drift.features)) {
      expect(feature).toMatchObject({
        drifted: false,
        effect: 0,
        psi: 0,
        jensenShannon: 0,
        missingChange: 0,
        pValue: 1,
      })
    }
  })

  it('finds a missing share that rose by five points', () => {
    const before = table(rows * 5)
    const now = table(rows)
    now.age = (now.age ?? []).map((cell, at) => (at % 10 === 0 ? null : cell))
    const drift = compare(before, now)
    expect(drift.drifted).toEqual(['age'])
    expect(drift.features.age?.reason).toBe('the missing share rose by 10.0 points (p < 0.0001)')
  })

  it('finds levels that the baseline never held, even where every level is too rare to be a cell', () => {
    const codes = (prefix: string, count: number) =>
      draw(count, () => `${prefix}${Math.floor(random() * 400)}`)
    const drift = compare({ code: codes('a', 4_000) }, { code: codes('b', 800) })
    expect(drift.features.code).toMatchObject({ drifted: true, unseenShare: 1 })
    expect(drift.features.code?.reason).toContain(
      '100.0 % of the values are levels that the baseline never held',
    )
    expect(compare({ code: codes('a', 4_000) }, { code: codes('a', 800) }).drifted).toEqual([])
  })

  it('finds a constant that became another constant, and a flat column that began to vary', () => {
    const constant = (value: Cell) => new Array<Cell>(200).fill(value)
    expect(compare({ x: constant(5) }, { x: constant(7) }).features.x).toMatchObject({
      drifted: true,
      wasserstein: null,
      ks: 1,
    })
    expect(compare({ x: constant('a') }, { x: constant('b') }).drifted).toEqual(['x'])
    const varied = Array.from({ length: 200 }, (_, at) => 4 - at / 100)
    expect(compare({ x: constant(5) }, { x: varied }).drifted).toEqual(['x'])
    expect(compare({ x: constant(5) }, { x: constant(5) }).features.x).toMatchObject({
      drifted: false,
      effect: 0,
    })
  })
})

describe('data too little to say anything', () => {
  it('says of a category without a value that it has none, not that it has too many levels', () => {
    const [none, some] = [categoryColumn(Array(300).fill(null)), categoryColumn(Array(300).fill('a'))]
    const reasonOf = (before: CategoryColumn, now: CategoryColumn) => compareCategorical(before, now).reason
    expect(reasonOf(none, none)).toBe('neither side has a value')
    expect(reasonOf(some, none)).toBe('the batch has no value')
    expect(reasonOf(none, some)).toBe('the baseline has no value')
    expect(reasonOf(some, some)).toBeUndefined()
  })

  it('says so for an empty batch instead of "no drift"', () => {
    const drift = compare(table(rows), { age: [], visits: [], payer: [], sex: [] })
    expect(drift).toMatchObject({
      status: 'insufficient-data',
      driftScore: null,
      weightedDriftScore: null,
      alarm: false,
    })
    expect(drift.insufficient).toEqual(['age', 'visits', 'payer', 'sex'])
  })

  it('says so for an empty column of an empty batch', () => {
    const current = profileOf(0, { age: numericColumn([]), sex: categoryColumn([]) })
    const drift = detectDrift({ baseline: profileTable(table(rows)), current, thresholds })
    expect(drift.features.age?.reason).toBe('insufficient-data: the batch has no rows')
    expect(drift.features.payer?.reason).toBe('insufficient-data: the batch has no such column')
  })

  it('does not clear a column of which the batch has twelve rows, and still finds it when it is far away', () => {
    const near = compare(table(rows * 5), table(12))
    expect(near.features.age).toMatchObject({ drifted: null, status: 'insufficient-data' })
    expect(near.features.age?.reason).toBe('insufficient-data: 12 rows on one side, 30 needed')
    expect(compare(table(rows * 5), table(12, 9)).features.age?.drifted).toBe(true)
  })

  it('does not clear a large effect that chance could explain', () => {
    const cells = (shift: number) => ({ x: Array.from({ length: 40 }, (_, at) => (at % 10) + shift) })
    const feature = compare(cells(0), cells(2)).features.x
    expect(feature).toMatchObject({ drifted: null, status: 'insufficient-data' })
    expect(feature?.reason).toBe(
      'insufficient-data: an effect of 0.70 in 40 rows may be chance, and may be drift',
    )
  })

  it('compares an all-null column by its missing share alone', () => {
    const nothing = numericColumn(new Array(100).fill(null))
    const something = numericColumn(draw(100, normal))
    const judge = (before: typeof nothing, now: typeof nothing) =>
      detectDrift({
        baseline: profileOf(100, { x: before }),
        current: profileOf(100, { x: now }),
        thresholds,
      }).features.x
    expect(judge(nothing, nothing)).toMatchObject({
      drifted: false,
      ks: null,
      reason: 'neither side has values',
    })
    expect(judge(something, nothing)).toMatchObject({ drifted: true, missingChange: 1, wasserstein: null })
    expect(judge(nothing, something)).toMatchObject({ drifted: true, missingChange: -1 })
  })

  it('keeps every number finite when values are infinite', () => {
    const cells = [...draw(300, normal), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const drift = compare({ x: draw(300, normal) }, { x: cells })
    const { ks, psi, wasserstein, jensenShannon, effect } = drift.features.x ?? {}
    for (const value of [ks, psi, wasserstein, jensenShannon, effect])
      expect(Number.isFinite(value)).toBe(true)
  })
})

describe('numbers counted in cells', () => {
  const before = draw(4_000, normal)
  const edges = [...before].sort((a, b) => a - b).filter((_, at) => at % 4 === 3 && at < 3_999)
  const judge = (now: number[]) =>
    detectDrift({
      baseline: profileOf(before.length, { x: cellColumn(before, edges) }),
      current: profileOf(now.length, { x: cellColumn(now, edges) }),
      thresholds,
    }).features.x

  it('agree with exact values to a tenth of a percent', () => {
    const now = draw(1_000, () => normal() + 0.3)
    const exact = compare({ x: before }, { x: now }).features.x
    const counted = judge(now)
    expect(Math.abs((counted?.ks ?? 9) - (exact?.ks ?? 0))).toBeLessThan(1 / 900)
    expect(Math.abs((counted?.wasserstein ?? 9) - (exact?.wasserstein ?? 0))).toBeLessThan(0.005)
    expect(counted?.drifted).toBe(true)
  })

  it('can be compared with exact values of a small batch', () => {
    const now = draw(100, normal)
    const mixed = detectDrift({
      baseline: profileOf(before.length, { x: cellColumn(before, edges) }),
      current: profileOf(100, { x: numericColumn(now) }),
      thresholds,
    })
    expect(mixed.features.x?.ks).toBeCloseTo(judge(now)?.ks ?? 9, 12)
  })
})

describe('columns that are not watched', () => {
  it('leaves out identifiers, texts, times, what the project ignores and what is known only later', () => {
    const opaque = { ...numericColumn([1, 2]), kind: 'opaque' as const, type: 'text' as const }
    const drift = detectDrift({
      baseline: profileOf(2, {
        note: opaque,
        when: { ...numericColumn([1, 2]), type: 'timestamp' },
        sex: categoryColumn(['F', 'M']),
        ignored: categoryColumn(['F', 'M']),
      }),
      current: profileOf(0, {}),
      thresholds,
      ignore: new Set(['ignored']),
    })
    expect(Object.keys(drift.features)).toEqual(['sex'])
  })

  it('reads them off the project', async () => {
    const { project } = await import('../../../projects/adherence/project.ts')
    expect([...ignoredColumns(project)]).toContain('readmitted')
  })

  it('says when a column was profiled as another kind', () => {
    const drift = detectDrift({
      baseline: profileOf(1, { x: numericColumn([1]) }),
      current: profileOf(1, { x: categoryColumn(['a']) }),
      thresholds,
    })
    expect(drift.features.x?.reason).toBe(
      'insufficient-data: profiled as numeric in the baseline, as category in the batch',
    )
  })
})
