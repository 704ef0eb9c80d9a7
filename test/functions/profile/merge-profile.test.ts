import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderLevels } from '../../../functions/profile/category-column.ts'
import { coMomentsOf } from '../../../functions/profile/co-moments.ts'
import { mergeAll, mergeProfiles } from '../../../functions/profile/merge-profile.ts'
import { maxLevels, summariseNumbers } from '../../../functions/profile/numeric-column.ts'
import type { Profile } from '../../../functions/profile/profile.ts'
import { distinct } from '../../../functions/profile/quantiles.ts'
import { hashOf, mergeHashes } from '../../../functions/profile/smallest-hashes.ts'

interface Row {
  x: number | null
  y: number
  level: string | null
}

const counted = <Value>(values: readonly Value[]) => {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The profile of one part, by the same kernels that the store uses. */
function profileOf(rows: readonly Row[], index: number): Profile {
  const numbers = (values: (number | null)[]) => {
    const present = [...counted(values.filter((value) => value !== null))].sort(([a], [b]) => a - b)
    const keys = present.map(([value]) => value)
    const summary = summariseNumbers(
      keys,
      present.map(([, count]) => count),
      10,
    )
    const hashes = keys.length > maxLevels ? { smallestHashes: mergeHashes(keys.map(hashOf), []) } : {}
    return {
      kind: 'numeric' as const,
      type: 'number' as const,
      nulls: values.length - summary.count,
      unreadable: 0,
      violations: [],
      ...summary,
      ...hashes,
    }
  }
  const levels = counted(rows.flatMap(({ level }) => level ?? []))
  const present = [...levels.values()].reduce((a, b) => a + b, 0)
  const empty = rows.findIndex(({ level }) => level === null)
  return {
    contract: 1,
    rows: rows.length,
    parts: [{ index, uri: 's3://b/x', firstRow: 0, rows: rows.length }],
    duplicates: 0,
    rowHashes: [...counted(rows.map((row) => hashOf(JSON.stringify(row))))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    ),
    columns: {
      x: numbers(rows.map(({ x }) => x)),
      y: numbers(rows.map(({ y }) => y)),
      level: {
        kind: 'category',
        type: 'category',
        count: present,
        nulls: rows.length - present,
        unreadable: 0,
        violations:
          empty < 0 ? [] : [{ rule: 'null', count: rows.length - present, part: index, row: empty + 1 }],
        levels: orderLevels(levels),
        otherCount: 0,
      },
    },
    coMoments: coMomentsOf([
      ['x', Float64Array.from(rows, ({ x }) => x ?? Number.NaN)],
      ['y', Float64Array.from(rows, ({ y }) => y)],
    ]),
  }
}

const row: fc.Arbitrary<Row> = fc.record({
  x: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null }),
  y: fc.integer({ min: -5, max: 5 }),
  level: fc.option(fc.constantFrom('a', 'b', 'c', '__proto__'), { nil: null }),
})

/** Equal, save that moments may differ in the last digits. */
function expectSame(a: Profile, b: Profile, scale: number) {
  const rounded = (profile: Profile) => {
    const exact = structuredClone(profile)
    for (const column of Object.values(exact.columns))
      if (column.kind === 'numeric') Object.assign(column, { mean: 0, m2: 0, m3: 0, m4: 0 })
    return { ...exact, parts: [], coMoments: [] }
  }
  expect(rounded(a)).toEqual(rounded(b))
  for (const [name, column] of Object.entries(a.columns)) {
    const other = b.columns[name]
    if (column.kind !== 'numeric' || other?.kind !== 'numeric') continue
    expect(Math.abs((column.mean ?? 0) - (other.mean ?? 0))).toBeLessThanOrEqual(1e-9 * scale)
    for (const [moment, power] of [['m2', 2] as const, ['m3', 3] as const, ['m4', 4] as const])
      expect(Math.abs(column[moment]! - other[moment]!)).toBeLessThanOrEqual(
        1e-9 * scale ** power * Math.max(1, a.rows),
      )
  }
  for (const [at, pair] of a.coMoments.entries())
    expect(Math.abs(pair.coMoment - (b.coMoments[at]?.coMoment ?? Number.NaN))).toBeLessThanOrEqual(
      1e-9 * scale * scale * Math.max(1, a.rows),
    )
}

const cut = (rows: readonly Row[], at: number[]) => {
  const places = [0, ...at.map((place) => place % (rows.length + 1)).sort((a, b) => a - b), rows.length]
  return places.slice(1).map((end, index) => rows.slice(places[index], end))
}

describe('merging profiles', () => {
  it('gives the profile of the whole, whatever the partition and the order', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.nat(),
        (rows, cuts, turn) => {
          const parts = cut(rows, cuts).map(profileOf)
          const turned = [
            ...parts.slice(turn % parts.length),
            ...parts.slice(0, turn % parts.length),
          ].reverse()
          const whole = profileOf(rows, 0)
          const clean = (profile: Profile): Profile => ({
            ...profile,
            columns: Object.fromEntries(
              Object.entries(profile.columns).map(([name, column]) => [
                name,
                {
                  ...column,
                  violations: column.violations.map(({ rule, count }) => ({ rule, count, part: 0, row: 1 })),
                },
              ]),
            ),
          })
          expectSame(clean(mergeAll(turned)), clean(mergeAll([whole])), 1e6)
        },
      ),
    )
  })

  it('is associative beyond the values that can be listed', () => {
    const many = (from: number, size: number) =>
      profileOf(
        Array.from({ length: size }, (_, at) => ({ x: from + at * 1.37, y: at, level: `l${from + at}` })),
        from,
      )
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(900), fc.nat(900), fc.nat(900)),
        fc.tuple(fc.nat(700), fc.nat(700), fc.nat(700)),
        ([a, b, c], [i, j, k]) => {
          const [x, y, z] = [many(a, i), many(b + 1_000, j), many(c + 2_000, k)]
          const left = mergeAll([mergeProfiles(mergeProfiles(x, y), z)])
          const right = mergeAll([mergeProfiles(x, mergeProfiles(z, y))])
          expectSame(left, right, 1e4)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('estimates distinct values within 10 % once they are not listed', () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ x: at * 0.5, y: at % 7, level: null }))
    const merged = mergeAll(cut(rows, [4_000, 9_000, 15_000]).map(profileOf))
    const found = distinct(merged.columns.x!)
    expect(Math.abs(found - 20_000)).toBeLessThan(2_000)
    expect(distinct(merged.columns.y!)).toBe(7)
  })

  it('never counts more distinct values than there are values', () => {
    for (let from = 0; from < 40_000; from += 2_000) {
      const rows = Array.from({ length: 2_000 }, (_, at) => ({ x: (from + at) * 0.5, y: 0, level: null }))
      const found = distinct(mergeAll(cut(rows, [900]).map(profileOf)).columns.x!)
      expect(found).toBeLessThanOrEqual(2_000)
      expect(found).toBeGreaterThan(1_800)
    }
  })

  it('names the first broken row by part and row', () => {
    const parts = [
      [{ x: 1, y: 1, level: 'a' }],
      [
        { x: 1, y: 1, level: 'a' },
        { x: 1, y: 1, level: null },
      ],
      [{ x: 1, y: 1, level: null }],
    ].map(profileOf)
    expect(mergeAll(parts.toReversed()).columns.level?.violations).toEqual([
      { rule: 'null', count: 2, part: 1, row: 2 },
    ])
  })

  it('refuses to add profiles of different columns', () => {
    const a = profileOf([{ x: 1, y: 1, level: 'a' }], 0)
    const { level: _, ...columns } = a.columns
    expect(() => mergeProfiles(a, { ...a, columns })).toThrow(
      'profiles of different columns cannot be merged',
    )
  })
})
