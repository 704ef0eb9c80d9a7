/** The laws of merging over real parts: any cut, in any order, tells what the whole table tells. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCells } from '../../../functions/dataset/part-store.ts'
import { type Examination, mergeExaminations } from '../../../functions/profile/examination.ts'
import { examineTable } from '../../../functions/profile/examine-store.ts'
import { mergeAll, mergeProfiles } from '../../../functions/profile/merge-profile.ts'
import {
  mergeHigherMoments,
  mergeMoments,
  summariseNumbers,
} from '../../../functions/profile/numeric-column.ts'
import type { NumericColumn, Profile } from '../../../functions/profile/profile.ts'
import { kurtosis, quantiles, skewness, weightedValues } from '../../../functions/profile/quantiles.ts'
import { profileTable } from '../../../functions/profile/table-store.ts'
import { columnSchema } from '../../../functions/project.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

const columns = [
  { name: 'key', type: 'identifier' },
  { name: 'x', type: 'number', nullable: true, min: -50, max: 1e6 },
  { name: 'n', type: 'integer' },
  { name: 'level', type: 'category', nullable: true, levels: ['a', 'b', 'c'] },
  { name: 'flag', type: 'boolean', nullable: true },
  { name: 'at', type: 'timestamp', nullable: true },
].map((column) => columnSchema.parse(column))
const header = columns.map(({ name }) => name)
type Row = readonly (string | null)[]

/** What stands in files: numbers, what looks like one, infinities, other types, nothing. */
const number = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: -1e5, max: 1e5, noNaN: true }).map((value) => String(value)) },
  { weight: 3, arbitrary: fc.integer({ min: -9, max: 9 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('Infinity', '-inf', '1e400', 'NaN', '0x1F', 'seven', ' 7 ', '-0') },
  { weight: 1, arbitrary: fc.constant(null) },
)
const row: fc.Arbitrary<Row> = fc.tuple(
  fc.nat(40).map((id) => `k${id}`),
  number,
  fc.oneof(fc.integer({ min: -5, max: 5 }).map(String), fc.constantFrom('1.5', 'x', null)),
  fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), fc.constant(null)),
  fc.constantFrom('true', 'false', 'maybe', null),
  fc.constantFrom('2024-02-29 12:00:00', '1999-12-31', '2024-13-40', null),
)
/** Parts of rows, empty ones and ones without any value among them. */
const table = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.array(row, { maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc.nat(5).map((size) => Array.from({ length: size }, (): Row => header.map(() => null))),
    },
  ),
  { minLength: 1, maxLength: 3 },
)

async function profiled(rows: readonly Row[], index: number, firstRow: number): Promise<Profile> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-laws-'))
  const file = join(directory, 'cells.csv')
  const lines = rows.map((cells) => cells.map((cell) => (cell === null ? '' : `"${cell}"`)).join(','))
  writeFileSync(file, `${header.join(',')}\n${lines.map((line) => `${line}\n`).join('')}`)
  const open = await openCells(
    { file, format: 'csv', header, delimiter: ',', hasHeader: true, nullTokens: [] },
    { directory, where: 'laws', rows: rows.length },
  )
  try {
    const part = { index, uri: 's3://b/laws.csv', firstRow }
    const profile = await profileTable(open, { columns, part })
    const options = { columns, part, profile, keys: [['key'], ['key', 'n']], seed: 1 }
    return { ...profile, examination: await examineTable(open, options) }
  } finally {
    await open.close()
  }
}

const near = (a: number, b: number, scale: number) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, scale))

/** Everything that is counted is the same to the last one; moments to rounding. */
function expectSame(merged: Profile, whole: Profile) {
  expect(merged.rows).toBe(whole.rows)
  for (const [name, column] of Object.entries(whole.columns)) {
    const other = merged.columns[name]!
    const counted = ({ count, nulls, unreadable, kind, type, violations }: typeof column) => ({
      count,
      nulls,
      unreadable,
      kind,
      type,
      violations: violations.map(({ rule, count: each }) => ({ rule, count: each })),
    })
    expect(counted(other), name).toEqual(counted(column))
    if (column.kind === 'category')
      expect(other).toMatchObject({ levels: column.levels, otherCount: column.otherCount })
    if (column.kind !== 'numeric' || other.kind !== 'numeric') continue
    expect({ min: other.min, max: other.max, levels: other.levels }).toEqual({
      min: column.min,
      max: column.max,
      levels: column.levels,
    })
    const span = Math.max(1, Math.abs(column.min ?? 0), Math.abs(column.max ?? 0))
    near(other.mean ?? 0, column.mean ?? 0, span)
    near(other.m2, column.m2, span ** 2 * whole.rows)
    near(other.m3!, column.m3!, span ** 3 * whole.rows)
    near(other.m4!, column.m4!, span ** 4 * whole.rows)
  }
  for (const [at, pair] of whole.coMoments.entries()) {
    expect(merged.coMoments[at]!.count).toBe(pair.count)
    near(merged.coMoments[at]!.coMoment, pair.coMoment, 1e10 * Math.max(1, whole.rows))
  }
}

const places = (parts: readonly (readonly Row[])[]) => {
  let before = 0
  return parts.map((rows) => {
    const firstRow = before
    before += rows.length
    return { rows, firstRow }
  })
}

describe('the laws of merging', () => {
  it('hold for real parts: any cut in any order is the whole, empty and all-null parts and infinities included', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.nat(), async (parts, turn) => {
        const all = places(parts)
        const profiles = []
        for (const [index, { rows, firstRow }] of all.entries())
          profiles.push(await profiled(rows, index, firstRow))
        const whole = await profiled(parts.flat(), 0, 0)
        const at = turn % profiles.length
        const turned = [...profiles.slice(at), ...profiles.slice(0, at)].reverse()
        const merged = mergeAll(turned)
        expectSame(merged, mergeAll([whole]))
        // A key is repeated in the whole as often as the hashes of its parts say together.
        for (const [place, key] of merged.examination!.keys.entries())
          expect(key.hashes).toEqual(whole.examination!.keys[place]!.hashes)
        expect(merged.examination!.blocks.reduce((sum, block) => sum + block.rows, 0)).toBe(whole.rows)
        for (const { name } of columns)
          expect(merged.examination!.blocks.reduce((sum, block) => sum + (block.missing[name] ?? 0), 0)).toBe(
            whole.columns[name]!.nulls,
          )
      }),
      { numRuns: 100 },
    )
  }, 120_000)

  it('hold for third and fourth moments, whose skewness and kurtosis are those of the whole', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 40 })
    const summarise = (numbers: readonly number[]): NumericColumn => {
      const counts = new Map<number, number>()
      for (const value of numbers.toSorted((a, b) => a - b))
        counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1)
      const summary = summariseNumbers([...counts.keys()], [...counts.values()], 0)
      return { kind: 'numeric', type: 'number', nulls: 0, unreadable: 0, violations: [], ...summary }
    }
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, two, whole] = [summarise(a), summarise(b), summarise([...a, ...b])]
        const merged = { ...whole, ...mergeMoments(one, two), ...mergeHigherMoments(one, two) }
        near(merged.m3!, whole.m3!, 1e9 * Math.max(1, whole.count))
        near(merged.m4!, whole.m4!, 1e12 * Math.max(1, whole.count))
        if (whole.m2 > 1) {
          for (const read of [skewness, kurtosis]) {
            const [x, y] = [read(merged), read(whole)]
            expect(x === null).toBe(y === null)
            if (x !== null && y !== null)
              expect(Math.abs(x - y)).toBeLessThan(1e-3 * Math.max(1, Math.abs(y)))
          }
        }
      }),
    )
  })

  it('keep quantiles of sketches within 1 % of their distance from the origin', () => {
    const random = seededRandom(3)
    const numbers = Float64Array.from({ length: 6_000 }, () => Math.exp(4 * random())).sort()
    const chunks = [numbers.filter((_, at) => at % 3 === 0), numbers.filter((_, at) => at % 3 !== 0)]
    const profileOf = (sorted: Float64Array): Profile => ({
      contract: 1,
      rows: sorted.length,
      parts: [],
      duplicates: 0,
      rowHashes: [],
      coMoments: [],
      columns: {
        x: {
          kind: 'numeric',
          type: 'number',
          nulls: 0,
          unreadable: 0,
          violations: [],
          smallestHashes: [],
          ...summariseNumbers(sorted, new Float64Array(sorted.length).fill(1), 0),
        },
      },
    })
    const merged = chunks.map(profileOf).reduce(mergeProfiles).columns.x as NumericColumn
    expect(weightedValues(merged).length).toBeLessThan(1_000)
    const shares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]
    for (const [at, found] of quantiles(merged, shares).entries()) {
      const exact = numbers[Math.round((numbers.length - 1) * shares[at]!)]!
      expect(Math.abs(found! - exact)).toBeLessThanOrEqual(0.0101 * exact + 0.01)
    }
  })

  it('hold for what the second look found: associative and commutative', () => {
    const place = { part: fc.nat(3), row: fc.integer({ min: 1, max: 50 }) }
    const examination: fc.Arbitrary<Examination> = fc.record({
      blocks: fc.uniqueArray(
        fc.record({ part: fc.nat(3), firstRow: fc.nat(99), rows: fc.nat(9), missing: fc.constant({ x: 1 }) }),
        { maxLength: 4, selector: ({ part, firstRow }) => part * 100 + firstRow },
      ),
      extremes: fc.record({
        x: fc.array(fc.record({ ...place, value: fc.integer({ min: -9, max: 9 }) }), { maxLength: 15 }),
      }),
      isolation: fc.record({
        sampled: fc.nat(99),
        flagged: fc.nat(9),
        rows: fc.array(
          fc.record({
            ...place,
            score: fc.double({ min: 0, max: 1, noNaN: true }),
            columns: fc.constant(['x']),
          }),
          { maxLength: 8 },
        ),
      }),
      identifiers: fc.record({
        x: fc.record({
          sampled: fc.nat(200),
          found: fc.dictionary(fc.constantFrom('ssn', 'email'), fc.nat(9)),
        }),
      }),
      keys: fc.uniqueArray(fc.nat(30), { maxLength: 9 }).map((ids) => [
        {
          columns: ['x'],
          repeated: ids.length,
          hashes: ids.map((id): [string, number] => [String(id).padStart(4, '0'), 1 + (id % 3)]).sort(),
        },
      ]),
      mixed: fc.constant({ x: { type: 'number' as const, count: 2, first: { part: 0, row: 3 } } }),
    })
    /** Equal entries may change places with each other. */
    const canonical = (found: Examination) =>
      JSON.stringify({ ...found, blocks: found.blocks.map((block) => JSON.stringify(block)).sort() })
    fc.assert(
      fc.property(examination, examination, examination, (a, b, c) => {
        const left = mergeExaminations(mergeExaminations(a, b), c)
        expect(canonical(mergeExaminations(a, mergeExaminations(b, c)))).toBe(canonical(left))
        const swapped = mergeExaminations(b, a)
        const sums = ({ extremes, isolation, keys, mixed }: Examination) => ({
          extremes,
          isolation,
          keys,
          mixed,
        })
        expect(sums(swapped)).toEqual(sums(mergeExaminations(a, b)))
      }),
    )
  })
})
