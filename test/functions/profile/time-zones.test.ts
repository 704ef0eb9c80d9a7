import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../functions/duckdb-store.ts'
import { profileFile } from '../../../functions/profile/profile-file-store.ts'
import { toPublicProfile } from '../../../functions/profile/public-profile.ts'
import { quoteText } from '../../../functions/quote-sql.ts'
import { profileInDuckDb, withoutRowHashes } from '../../builders/profile-in-duckdb.ts'
import { temporaryDirectory } from '../../builders/temporary-directory.ts'

// Where nothing that is read in UTC by chance stays unseen.
vi.stubEnv('TZ', 'America/New_York')

const directory = temporaryDirectory('regimen-test')
const hour = 3_600
const start = Date.parse('2026-03-28T23:30:00Z') / 1_000
/** Every full hour of Berlin's night that has no 02:30. */
const instants = [0, 1, 2, 3, 4].map((at) => start + at * hour)
const inBerlin = [
  '2026-03-29 00:30:00+01:00',
  '2026-03-29 01:30:00+01:00',
  '2026-03-29 03:30:00+02:00',
  '2026-03-29 04:30:00+02:00',
  '2026-03-29 05:30:00+02:00',
]

/** Both ways of profiling a file, which must be one. */
async function profileOf(cells: readonly string[]) {
  const path = join(directory, 'times.csv')
  writeFileSync(path, ['sent,place', ...cells.map((cell, row) => `${cell},${row}`), ''].join('\n'))
  const inMemory = await profileFile(path, { examine: true })
  expect(withoutRowHashes(await profileInDuckDb(path, { examine: true }))).toEqual(withoutRowHashes(inMemory))
  return toPublicProfile(inMemory)
}

async function profileOfParquet(select: string) {
  const path = join(directory, 'times.parquet')
  const database = await openDatabase()
  await database.run(`COPY (${select}) TO ${quoteText(path)} (FORMAT parquet)`)
  database.close()
  return toPublicProfile(await profileFile(path, { examine: true }))
}

describe('times of a place', () => {
  it('are looked at where the clock is not that of UTC', () => {
    expect(new Date(0).getHours()).toBe(19)
  })

  it('are the instants that they name, an hour apart over a change of daylight saving', async () => {
    const { columns } = await profileOf(inBerlin)
    expect(columns.sent).toMatchObject({
      ...{ type: 'timestamp', invalid: 0, min: instants[0], max: instants[4], mean: instants[2] },
      std: expect.closeTo(Math.sqrt(2.5) * hour, 6),
      quantiles: { '0.25': instants[1], '0.5': instants[2], '0.75': instants[3] },
    })
  })

  it('are ordered by instants, not by clocks', async () => {
    const { columns } = await profileOf([
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-24T22:00:00-04:00',
    ])
    const first = Date.parse('2026-10-25T00:30:00Z') / 1_000
    expect(columns.sent).toMatchObject({ min: first, max: first + 1.5 * hour })
  })

  it('have the figures of the same instants in UTC, with Z or without', async () => {
    const utc = instants.map((instant) => new Date(instant * 1_000).toISOString().slice(0, 19))
    const one = await profileOf(inBerlin)
    expect(await profileOf(utc)).toEqual(one)
    expect(await profileOf(utc.map((cell) => `${cell}Z`))).toEqual(one)
    expect(await profileOf(utc.map((cell) => `${cell.replace('T', ' ')}+00`))).toEqual(one)
  })

  it('are no times where the zone is a name, of which some mean several', async () => {
    const named = inBerlin.map((cell) => cell.replace(/\+.*/, ' Europe/Berlin'))
    expect((await profileOf(named)).columns.sent?.type).toBe('category')
    const signed = inBerlin.map((cell) => cell.replace(/\+.*/, ' Etc/GMT-1'))
    expect((await profileOf(signed)).columns.sent?.type).toBe('category')
  })

  it('are the same in Parquet, whatever the zone of the machine', async () => {
    const rows = inBerlin.map((cell, row) => `(TIMESTAMPTZ ${quoteText(cell)}, ${row})`).join(', ')
    const zoned = await profileOfParquet(`SELECT * FROM (VALUES ${rows}) AS t(sent, place)`)
    expect(zoned).toEqual(await profileOf(inBerlin))
    const plain = `SELECT CAST(sent AS TIMESTAMP) AS sent, place FROM (VALUES ${rows}) AS t(sent, place)`
    expect(await profileOfParquet(plain)).toEqual(zoned)
  })
})
