import { expect, it, vi } from 'vitest'
import { openDatabase, textsOf } from '../../functions/duckdb-store.ts'

vi.stubEnv('TZ', 'America/New_York')

it('answers in UTC on every connection, wherever the machine stands', async () => {
  const database = await openDatabase()
  const asked = "SELECT CAST(TIMESTAMPTZ '2026-01-01 00:00:00+00' AS VARCHAR) AS at"
  const answers = await Promise.all(Array.from({ length: 6 }, () => database.columns(asked)))
  database.close()
  for (const { columns } of answers) expect(textsOf(columns.at)).toEqual(['2026-01-01 00:00:00+00'])
})
