import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectDrift } from '../../../functions/drift/detect-drift.ts'
import { driftSchema } from '../../../functions/drift/drift.ts'
import { driftMetrics } from '../../../functions/drift/drift-metrics.ts'
import { mergeAll } from '../../../functions/profile/merge-profile.ts'
import type { Profile } from '../../../functions/profile/profile.ts'
import { type Cell, profileTable, thresholds } from './build-profile.ts'

const number = fc.option(
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e300, max: 1e300, noNaN: true })),
)
const level = fc.option(fc.constantFrom('a', 'b', 'c', 'toString', '__proto__', ''))
const columnOf = <Value>(cell: fc.Arbitrary<Value>, rows: number) =>
  fc.array(cell, { minLength: rows, maxLength: rows })
const table = fc
  .oneof(fc.constant(0), fc.integer({ min: 1, max: 200 }))
  .chain((rows) =>
    fc.record({ x: columnOf(number, rows), y: columnOf(number, rows), c: columnOf(level, rows) }),
  )
type Table = { x: (number | null)[]; y: (number | null)[]; c: (string | null)[] }

/** A table with one value to fix the kind of every column, so that both sides are profiled alike. */
const profile = ({ x, y, c }: Table) =>
  profileTable(
    Object.fromEntries(
      Object.entries({ x, y, c }).map(([name, cells]): [string, readonly Cell[]] => [name, cells]),
    ),
  )
const importance = { x: 0.5, y: 0.3, c: 0.2 }
const compare = (before: Table, now: Table) =>
  detectDrift({ baseline: profile(before), current: profile(now), thresholds, importance })

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}

describe('a drift report', () => {
  // Feature: mlops-platform, Property 6: Drift detection execution
  it('exists for any batch, keeps its schema, holds finite numbers only and names what it could not compare', () => {
    fc.assert(
      fc.property(table, table, (before, now) => {
        const drift = driftSchema.parse(compare(before, now))
        expect(numbersIn(drift).every(Number.isFinite)).toBe(true)
        for (const [name, feature] of Object.entries(drift.features)) {
          expect(drift.drifted.includes(name)).toBe(feature.drifted === true)
          expect(drift.insufficient.includes(name)).toBe(feature.drifted === null)
          if (feature.drifted === null) expect(feature.reason).toMatch(/^insufficient-data: /)
        }
        if (now.x.length === 0) expect(drift.driftScore).toBeNull()
      }),
      { numRuns: 200 },
    )
  })

  it('is the same for rows in another order', () => {
    const shuffled = table.chain((now) =>
      fc.record({
        now: fc.constant(now),
        x: fc.shuffledSubarray(now.x, { minLength: now.x.length }),
        c: fc.shuffledSubarray(now.c, { minLength: now.c.length }),
      }),
    )
    fc.assert(
      fc.property(table, shuffled, (before, { now, x, c }) => {
        const again = { ...now, x, c }
        // A column without any value has no kind of its own.
        fc.pre(
          Object.keys(now).every(
            (name) => profile(now).columns[name]?.kind === profile(again).columns[name]?.kind,
          ),
        )
        expect(compare(before, again)).toEqual(compare(before, now))
      }),
    )
  })

  it('is the same however the batch was cut into parts', () => {
    const cut = table.chain((now) =>
      fc.record({ now: fc.constant(now), at: fc.integer({ min: 0, max: now.x.length }) }),
    )
    fc.assert(
      fc.property(table, cut, (before, { now, at }) => {
        const slice = (from: number, to: number) =>
          profile({ x: now.x.slice(from, to), y: now.y.slice(from, to), c: now.c.slice(from, to) })
        const parts = [slice(0, at), slice(at, now.x.length)]
        const kinds = (each: Profile) => Object.values(each.columns).map(({ kind }) => kind)
        fc.pre(parts.every((part) => isDeepStrictEqual(kinds(part), kinds(profile(now)))))
        const [whole, merged] = [profile(now), mergeAll(parts)].map((current) =>
          detectDrift({ baseline: profile(before), current, thresholds, importance }),
        )
        expect(merged).toEqual(whole)
      }),
    )
  })

  it('finds no drift between a table and itself', () => {
    fc.assert(
      fc.property(table, (same) => {
        const drift = compare(same, same)
        expect(drift.drifted).toEqual([])
        expect(drift.alarm).toBe(false)
        for (const { effect, psi } of Object.values(drift.features)) {
          if (effect !== null) expect(effect).toBe(0)
          if (typeof psi === 'number') expect(psi).toBe(0)
        }
      }),
    )
  })

  // Feature: mlops-platform, Property 32: Drift score calculation and publishing
  it('whose batch left the baseline has a score between 0 and 1 among the metrics to publish', () => {
    const moved = fc.integer({ min: 4, max: 1_000 })
    fc.assert(
      fc.property(moved, fc.integer({ min: 60, max: 300 }), (distance, rows) => {
        const cells = Array.from({ length: rows }, (_, at) => at % 7)
        const levels = cells.map((cell) => (cell < 4 ? 'a' : 'b'))
        const before = { x: cells, y: cells, c: levels }
        const drift = compare(before, { ...before, x: cells.map((cell) => cell + distance) })
        expect(drift.drifted).toEqual(['x'])
        expect(drift.weightedDriftScore).toBeCloseTo(0.5, 12)
        const metrics = Object.fromEntries(driftMetrics(drift).map(({ name, value }) => [name, value]))
        expect(metrics).toEqual({
          DriftScore: drift.driftScore,
          WeightedDriftScore: drift.weightedDriftScore,
          DriftAlarm: 1,
          FeaturesDrifted: 1,
          FeaturesNotCompared: 0,
          MissingShare: 0,
          Rows: rows,
        })
      }),
    )
  })
})
