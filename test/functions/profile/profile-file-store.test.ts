import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../functions/duckdb-store.ts'
import { profileFile } from '../../../functions/profile/profile-file-store.ts'
import { toPublicProfile } from '../../../functions/profile/public-profile.ts'
import { quoteText } from '../../../functions/quote-sql.ts'
import { csvOf } from '../../builders/project.ts'

const shared = join(import.meta.dirname, '../../../../shared/data')

describe('the profile of a plain file', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'regimen-test-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  const profile = async (name: string, body: string | Buffer) => {
    const path = join(directory, name)
    await writeFile(path, body)
    return toPublicProfile(await profileFile(path))
  }

  const table = csvOf(
    [
      ['1', '0.5', 'x', '2026-01-01', '007', ''],
      ['2', '1.5', 'y', '2026-01-02', '8', ''],
      ['3', '', 'x', '2026-01-04', '9', ''],
      ['10', '2.5', 'x', '2026-01-03', 'ten', ''],
    ],
    { header: ['id', 'size', 'kind', 'day', 'code', 'empty'] },
  )

  it('keeps the cells of a row together where a large file is loaded as several tables', async () => {
    const rows = 120_000
    const filler = 'x'.repeat(60)
    const body = Array.from({ length: rows }, (_, row) => {
      // A line break within a cell, cells without a value, and one line that is longer than usual ones.
      const note =
        row === 70_000 ? 'y'.repeat(5_000_000) : row % 1_000 === 0 ? `"${filler}\n${filler}"` : filler
      return `${row},${note},${row % 3 === 0 ? '' : row % 7},${2 * row}\n`
    })
    const {
      rows: counted,
      columns,
      correlations,
    } = await profile('large.csv', `a,note,b,c\n${body.join('')}`)
    expect(counted).toBe(rows)
    expect(columns.note).toMatchObject({ distinct: 3, nulls: 0 })
    expect(columns.b).toMatchObject({ nulls: rows / 3, max: 6 })
    expect(columns.c).toMatchObject({ min: 0, max: 2 * (rows - 1), mean: rows - 1 })
    expect(correlations?.find((pair) => pair.columns.join() === 'a,c')?.correlation).toBeCloseTo(1, 12)
  })

  it('types a column by all of its cells, and describes it as pandas would', async () => {
    const { rows, columns } = await profile('t.csv', table)
    expect(rows).toBe(4)
    expect(
      Object.fromEntries(
        Object.entries(columns).map(([name, { type, count, nulls, distinct }]) => [
          name,
          [type, count, nulls, distinct],
        ]),
      ),
    ).toEqual({
      id: ['integer', 4, 0, 4],
      size: ['number', 3, 1, 3],
      kind: ['category', 4, 0, 2],
      day: ['timestamp', 4, 0, 4],
      code: ['category', 4, 0, 4],
      empty: ['category', 0, 4, 0],
    })
    expect(columns.id).toMatchObject({ min: 1, max: 10, mean: 4 })
    expect(columns.id?.std).toBeCloseTo(4.08248290463863, 12)
    expect(columns.id?.quantiles).toMatchObject({ '0.25': 1.75, '0.5': 2.5, '0.75': 4.75 })
    expect(columns.kind?.topValues).toEqual([
      { value: 'x', count: 3 },
      { value: 'y', count: 1 },
    ])
  })

  it('says the same of CSV, compressed CSV, JSON lines and Parquet', async () => {
    const plain = await profile('same.csv', table)
    expect(await profile('same.csv.gz', gzipSync(table))).toEqual(plain)
    expect(await profile('wide.csv', Buffer.from(`\ufeff${table}`, 'utf16le'))).toEqual(plain)
    const json = ['{"a": 1, "b": "x"}', '{"a": 2, "b": null}', '{"a": 4}'].join('\n')
    expect((await profile('t.jsonl', json)).columns).toMatchObject({
      a: { type: 'integer', count: 3, mean: 7 / 3 },
      b: { type: 'category', count: 1, nulls: 2 },
    })
    const parquet = join(directory, 'same.parquet')
    const database = await openDatabase()
    await database.run(
      `COPY (SELECT * FROM read_csv(${quoteText(join(directory, 'same.csv'))}, all_varchar = true)) TO ${quoteText(parquet)} (FORMAT parquet)`,
    )
    database.close()
    expect(toPublicProfile(await profileFile(parquet))).toEqual(plain)
  })

  // Feature: mlops-platform, Property 44: Dataset statistical summary completeness
  it('holds row count, types, missing values and distribution for every column of any table', async () => {
    const cell = fc.oneof(
      fc.constantFrom('', 'NA', 'a', '__proto__'),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, fc.integer()), { minLength: 1, maxLength: 15 }),
        async (rows) => {
          const header = ['__proto__', 'b', 'c']
          const found = await profile(
            'any.csv',
            csvOf(
              rows.map((row) => row.map(String)),
              { header },
            ),
          )
          expect(found.rows).toBe(rows.length)
          expect(Object.keys(found.columns)).toEqual(header)
          for (const column of Object.values(found.columns)) {
            expect(column.count + column.nulls).toBe(rows.length)
            expect(column.distinct).toBeLessThanOrEqual(column.count)
            const numeric = column.type !== 'category'
            for (const statistic of [column.min, column.max, column.mean, column.quantiles['0.5']])
              expect(Number.isFinite(statistic)).toBe(numeric)
            const bars = column.histogram.reduce((sum, { count }) => sum + count, 0)
            expect(bars).toBe(numeric ? column.count : 0)
            expect(column.topValues.length > 0).toBe(column.count > 0)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('reads a second file as the types of the first, and counts it in its cells', async () => {
    const path = (name: string) => join(directory, name)
    const numbers = (size: number, step: number) =>
      csvOf(
        Array.from({ length: size }, (_, at) => [String(at * step)]),
        { header: ['x'] },
      )
    await writeFile(path('a.csv'), numbers(3_000, 0.7))
    await writeFile(path('b.csv'), numbers(500, 2))
    const baseline = await profileFile(path('a.csv'))
    const current = await profileFile(path('b.csv'), { baseline })
    const [a, b] = [baseline.columns.x, current.columns.x]
    if (a?.kind !== 'numeric' || b?.kind !== 'numeric') throw new Error('not numeric')
    expect(b.type).toBe('number')
    expect(b.cells?.edges).toEqual(a.cells?.edges)
    expect(b.cells?.counts.reduce((sum, count) => sum + count, 0)).toBe(500)
  })

  it('tells whole numbers beyond 2^53 apart, as names, where doubles would not', async () => {
    const ids = Array.from({ length: 600 }, (_, at) => [
      String(at),
      String(2n ** 53n + BigInt(at)),
      `1${'0'.repeat(19)}`,
    ])
    const { columns } = await profile('ids.csv', csvOf(ids, { header: ['small', 'account', 'one'] }))
    expect(columns.small).toMatchObject({ type: 'integer', distinct: 600 })
    expect(columns.account).toMatchObject({ type: 'category', distinct: 600 })
    expect(columns.one).toMatchObject({ type: 'number', distinct: 1, mean: 1e19 })
  })

  it('asks for a file in the folder that was named', async () => {
    await expect(profileFile(directory)).rejects.toThrow(
      `there is no file, ${directory}: got a folder; expected one CSV, JSON-lines or Parquet file; name a file in it`,
    )
  })

  it('names a file that is not there', async () => {
    await expect(profileFile(join(directory, 'none.csv'))).rejects.toMatchObject({ name: 'DatasetNotFound' })
  })

  it.skipIf(!existsSync(shared))(
    'finds in the real table what pandas finds (skipped where it is absent)',
    async () => {
      const { rows, columns } = toPublicProfile(await profileFile(join(shared, 'diabetic_data.csv.gz')))
      expect(rows).toBe(101_766)
      expect(columns.patient_nbr?.distinct).toBe(71_518)
      expect(columns.time_in_hospital?.mean).toBeCloseTo(4.395986871843, 10)
      expect(columns.time_in_hospital?.std).toBeCloseTo(2.985107767471, 10)
    },
  )
})
