import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { examplesSql } from '../../../functions/dataset/examples-sql.ts'
import { rawViewSql } from '../../../functions/dataset/typed-columns.ts'
import { type Database, numbersOf, openDatabase } from '../../../functions/duckdb-store.ts'
import { parcelsProject } from '../../builders/project.ts'

vi.stubEnv('TZ', 'America/New_York')

const instant = Date.parse('2026-03-29T01:30:00Z') / 1_000

describe('the time of an event', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    const { columns } = parcelsProject().source
    const cells = columns.map(({ name }, at) => `${name === 'sent' ? 'sent' : "'1'"} AS c${at}`).join(', ')
    await database.run('CREATE TABLE times AS SELECT NULL::VARCHAR AS sent')
    await database.run(`CREATE VIEW cells AS SELECT ${cells} FROM times`)
    await database.run(
      rawViewSql(
        columns,
        columns.map(({ name }) => name),
      ),
    )
  })
  afterAll(() => database.close())

  async function eventTimes(expression: string, ...cells: string[]) {
    const { featuresSql } = parcelsProject()
    const timed = parcelsProject({
      eventTime: 'sent',
      featuresSql: featuresSql.replace(' FROM raw', `, ${expression} AS event_time FROM raw`),
    })
    await database.run('DELETE FROM times')
    await database.run(`INSERT INTO times VALUES ${cells.map((cell) => `('${cell}')`).join(', ')}`)
    return [...numbersOf((await database.columns(examplesSql(timed, 1))).columns.event_time)]
  }

  it('is the instant that a cell names', async () => {
    const cells = ['2026-03-29 03:30:00+02:00', '2026-03-29 01:30:00', '2026-03-28T20:30:00-05']
    expect(await eventTimes('sent', ...cells)).toEqual([instant, instant, instant])
    expect(await eventTimes('sent', 'soon')).toEqual([Number.NaN])
  })

  it('is that of a text that features.sql yields, and no other text', async () => {
    expect(await eventTimes("'2026-03-29 03:30:00' || '+02:00'", '')).toEqual([instant])
    expect(await eventTimes('CAST(sent AS VARCHAR)', '2026-03-29 01:30')).toEqual([instant])
    await expect(eventTimes("'29.03.2026'", '')).rejects.toThrow('Conversion Error')
  })

  it('may have a zone, or be a day', async () => {
    const zoned = "strptime('2026-03-29 03:30 +0200', '%Y-%m-%d %H:%M %z')"
    expect(await eventTimes(zoned, '')).toEqual([instant])
    expect(await eventTimes('CAST(sent AS DATE)', '2026-03-29 01:30:00+02:00')).toEqual([
      Date.parse('2026-03-28') / 1_000,
    ])
  })
})
