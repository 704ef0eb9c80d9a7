import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ColumnType, typedSql } from '../../../functions/dataset/typed-columns.ts'
import { type Database, openDatabase, textsOf } from '../../../functions/duckdb-store.ts'
import { quoteText } from '../../../functions/quote-sql.ts'

describe('a cell as its type', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.close())

  it.each<[ColumnType, string, string | null]>([
    ['integer', '12', '12'],
    ['integer', ' -7 ', '-7'],
    ['integer', '3.0', '3'],
    ['integer', '1.5', null],
    ['integer', '0x1F', null],
    ['integer', '1_000', null],
    ['integer', '99999999999999999999', null],
    ['number', '1.5', '1.5'],
    ['number', '-2e3', '-2000.0'],
    ['number', '1,5', null],
    ['number', 'NaN', null],
    ['number', 'inf', null],
    ['number', '1e999', null],
    ['boolean', 'true', 'true'],
    ['boolean', 'maybe', null],
    ['timestamp', '2026-02-03T04:05:06Z', '2026-02-03 04:05:06'],
    ['timestamp', '2026-02-03T04:05:06+02:00', '2026-02-03 02:05:06'],
    ['timestamp', '0044-03-15 (BC) 04:05:06-02', '0044-03-15 (BC) 06:05:06'],
    ['timestamp', '2026-02-03 04:05:06 CET', null],
    ['timestamp', '2026-02-03 04:05:06 Etc/GMT-5', null],
    ['timestamp', '294247-01-10 04:00:54.775806-23', null],
    ['timestamp', '2026-02-30', null],
    ['category', 'Yes', 'Yes'],
    ['identifier', '007', '007'],
  ])('reads %s %j as %j', async (type, cell, value) => {
    const { columns } = await database.columns(
      `SELECT CAST(${typedSql(type, 'cell')} AS VARCHAR) AS v FROM (SELECT ${quoteText(cell)} AS cell)`,
    )
    expect(textsOf(columns.v)).toEqual([value])
  })
})
