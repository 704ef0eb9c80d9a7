import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ReadType, readCell } from '../../../functions/dataset/read-cell.ts'
import { typedSql } from '../../../functions/dataset/typed-columns.ts'
import { type Database, numbersOf, openDatabase } from '../../../functions/duckdb-store.ts'
import { numberSql } from '../../../functions/profile/column-plan.ts'
import { quoteText } from '../../../functions/quote-sql.ts'
import { cellTexts } from '../../builders/cell-texts.ts'

// An instant is the same one wherever the machine stands, and nothing of this place is ever in UTC by chance.
vi.stubEnv('TZ', 'America/New_York')

const day = (text: string) => Date.parse(`${text}Z`) / 1000

const decided: readonly (readonly [ReadType, string, number | null])[] = [
  ['number', '12', 12],
  ['number', '-0', -0],
  ['number', '-0.50', -0.5],
  ['number', '1.', 1],
  ['number', '.5', 0.5],
  ['number', '+3.25', 3.25],
  ['number', '0.1', 0.1],
  ['number', '123456789012345', 123456789012345],
  ['number', '0.30000000000000004', 0.30000000000000004],
  ['number', ' 1.5\t', 1.5],
  ['number', '-2e3', -2000],
  ['number', '1e-400', 0],
  ['number', '9.99e149', 9.99e149],
  ['number', '1e150', null],
  ['number', '-1e999', null],
  ['number', '', null],
  ['number', '-', null],
  ['number', '.', null],
  ['number', '1.2.3', null],
  ['number', '1,5', null],
  ['number', '1_000', null],
  ['number', '0x1F', null],
  ['number', '+-1', null],
  ['number', '\v1', null],
  ['number', '\u00a01', null],
  ['number', 'NaN', null],
  ['number', 'inf', null],
  ['number', 'Infinity', null],
  ['number', 'female', null],
  ['number', '2024-01-02', null],
  ['number', '\u0661', null],
  ['integer', '12', 12],
  ['integer', '-7', -7],
  ['integer', '-0', 0],
  ['integer', '-0.0 ', 0],
  ['integer', '-00000000000000000', 0],
  ['integer', '+007', 7],
  ['integer', ' 3.00 ', 3],
  ['integer', '9007199254740993', 9007199254740992],
  ['integer', '9223372036854775807', 2 ** 63],
  ['integer', '9223372036854775808', null],
  ['integer', '-9223372036854775808.0', -(2 ** 63)],
  ['integer', '-9223372036854775809', null],
  ['integer', '1.5', null],
  ['integer', '1e3', null],
  ['integer', '.0', null],
  ['integer', '-', null],
  ['integer', '', null],
  ['integer', 'male', null],
  ['boolean', 'true', 1],
  ['boolean', 'FALSE', 0],
  ['boolean', 'Yes', 1],
  ['boolean', 'no', 0],
  ['boolean', 'T', 1],
  ['boolean', 'n', 0],
  ['boolean', '1', 1],
  ['boolean', '0', 0],
  ['boolean', '', null],
  ['boolean', 'on', null],
  ['boolean', ' true', null],
  ['boolean', '1.0', null],
  ['boolean', 'maybe', null],
  ['timestamp', '1970-01-01', 0],
  ['timestamp', '2026-02-03', day('2026-02-03T00:00')],
  ['timestamp', ' 2026-2-3', day('2026-02-03T00:00')],
  ['timestamp', '2026/02/03', day('2026-02-03T00:00')],
  ['timestamp', '2026-02-03 04:05', day('2026-02-03T04:05')],
  ['timestamp', '2026-02-03T04:05:06', day('2026-02-03T04:05:06')],
  ['timestamp', '2026-02-03T04:05:06.789', day('2026-02-03T04:05:06.789')],
  ['timestamp', '2026-02-03T04:05:06.123456789Z', day('2026-02-03T04:05:06') + 0.123456],
  ['timestamp', '2026-02-03 04:05:06+02:00', day('2026-02-03T02:05:06')],
  ['timestamp', '2026-02-03 04:05:06+00', day('2026-02-03T04:05:06')],
  ['timestamp', '2026-02-03T04:05:06.789-0530 ', day('2026-02-03T09:35:06.789')],
  ['timestamp', '2026-02-03 24:00:00+01', day('2026-02-03T23:00')],
  ['timestamp', '2026-01-01 00:30:00+14:00', day('2025-12-31T10:30')],
  ['timestamp', '1970-01-01 00:00:00.000001+00:30', -1799.999999],
  ['timestamp', '2026-02-03 24:00:01-02', null],
  ['timestamp', '2026-02-03 04:05+02:00', null],
  ['timestamp', '2026-02-03 04:05:06 UTC', day('2026-02-03T04:05:06')],
  ['timestamp', '2026-02-03 24:00', day('2026-02-04T00:00')],
  ['timestamp', '1969-12-31 23:59:59.999999', -0.000001],
  ['timestamp', '0000-01-01', -62_167_219_200],
  ['timestamp', '9999-12-31 23:59:59.999999', 253_402_300_800],
  ['timestamp', '2024-02-29', day('2024-02-29T00:00')],
  ['timestamp', '1900-02-29', null],
  ['timestamp', '2026-02-30', null],
  ['timestamp', '2026-13-01', null],
  ['timestamp', '2026-00-10', null],
  ['timestamp', '2026-02-03 ', null],
  ['timestamp', '2026-02-03T', null],
  ['timestamp', '2026-02-03 25:00', null],
  ['timestamp', '2026-02-03 04:05:60', null],
  ['timestamp', '2026-02-03 04:05Z', null],
  ['timestamp', '2026-02', null],
  ['timestamp', '03/02/2026', null],
  ['timestamp', '03.02.2026', null],
  ['timestamp', '20260203', null],
  ['timestamp', '12', null],
  ['timestamp', '-1.5', null],
  ['timestamp', '04:05:06', null],
  ['timestamp', '[50-60)', null],
  ['timestamp', '555-12-1234', null],
  ['timestamp', '', null],
  ['timestamp', '?', null],
  ['timestamp', 'female', null],
  ['timestamp', 'infant', null],
  ['timestamp', 'east', null],
]

/** Left to DuckDB, which is loaded for a column that has one. */
const left: readonly string[] = [
  'infinity',
  '-inf',
  'epoch',
  '10000-01-01',
  '-0044-03-15',
  '0044-03-15 (BC)',
  '2026-02-03 04:',
  '2026-02-03 000000004:05',
  '2026-02-03 04:05:06 +02',
  '2026-02-03 04:05:06+02:30:10',
  '2026-02-03 04:05:06 Europe/Berlin',
  '2026-02-03 04:05:06 Etc/GMT-5',
]

const types: readonly ReadType[] = ['integer', 'number', 'boolean', 'timestamp']

describe('a cell read without DuckDB', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.close())

  /** Cells whose answer DuckDB's is not, and how many of them were left to it. */
  async function compare(type: ReadType, cells: readonly string[]) {
    // SQL text holds no NUL.
    const joined = quoteText(cells.map((cell) => cell.replaceAll('\0', '\x02')).join('\x01'))
    const { rows, columns } = await database.columns(
      `SELECT place::DOUBLE AS place, ${numberSql(type, 'v')}::DOUBLE AS number, (v IS NULL)::INTEGER::DOUBLE AS absent
      FROM (SELECT place, ${typedSql(type, 'cell')} AS v
        FROM (SELECT replace(unnest(list), chr(2), chr(0)) AS cell, generate_subscripts(list, 1) - 1 AS place
          FROM (SELECT string_split(${joined}, chr(1)) AS list)))`,
    )
    expect(rows).toBe(cells.length)
    const [places, numbers, absent] = [columns.place, columns.number, columns.absent].map(numbersOf)
    let undecided = 0
    const wrong: unknown[] = []
    for (const [row, place] of places!.entries()) {
      const cell = cells[place]!
      const expected = absent![row] === 1 ? null : numbers![row]
      const got = readCell(type, cell)
      if (got === undefined) undecided += 1
      else if (!Object.is(got, expected)) wrong.push({ cell, got, expected })
    }
    return { wrong, undecided }
  }

  it.each(decided)('reads %s %j as %j', (type, cell, value) => {
    expect(readCell(type, cell)).toBe(value)
  })

  it.each(left)('leaves the timestamp %j to DuckDB', (cell) => {
    expect(readCell('timestamp', cell)).toBeUndefined()
  })

  it.each(types)('gives the answer of DuckDB to every example, read as %s', async (type) => {
    const { wrong } = await compare(type, [...new Set([...decided.map(([, cell]) => cell), ...left])])
    expect(wrong).toEqual([])
  })

  it.each(types)(
    'gives the answer of DuckDB, bit for bit, to cells of every shape read as %s',
    async (type) => {
      const cells = [...new Set(fc.sample(cellTexts, 40_000))]
      expect(cells.length).toBeGreaterThan(25_000)
      const { wrong, undecided } = await compare(type, cells)
      expect(wrong).toEqual([])
      // Only years, zones and times that hardly a table has are left to it.
      expect(undecided / cells.length).toBeLessThanOrEqual(type === 'timestamp' ? 0.1 : 0)
    },
  )

  it('takes no longer than its length for a cell that nearly is a number', () => {
    const digits = '0'.repeat(1_000_000)
    const started = performance.now()
    for (const type of types)
      for (const cell of [`${digits}x`, `${digits}.${digits}x`, `${' '.repeat(1_000_000)}x`, `-${digits}`])
        expect(Math.abs(readCell(type, cell) ?? 0)).toBe(0)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
