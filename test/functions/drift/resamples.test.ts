/** False alarms and power in short; test:parity tries 100 resamples of every size, and prints the rates. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectDrift } from '../../../functions/drift/detect-drift.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { thresholds } from './build-profile.ts'
import { codeValues, draw, halve, profileRows, readCoded } from './coded-table.ts'
import { hardColumns } from './hard-columns.ts'
import { falseAlarms, power } from './resampling.ts'

const file = path.join(import.meta.dirname, '../../../../shared/data/diabetic_data.csv.gz')
const seed = Number(process.env.DRIFT_SEED ?? 11)
const resamples = Number(process.env.DRIFT_RESAMPLES ?? 5)
const sizes = [500, 1_000, 5_000]

describe.skipIf(!existsSync(file))(
  'resamples of the real table (skipped where ../shared/data is absent)',
  () => {
    const table = existsSync(file) ? readCoded(file, ['?']) : new Map()

    it.each(sizes)('raise hardly an alarm in %d rows, and none in the columns of 700 levels', (rows) => {
      const { rate, found } = falseAlarms({ table, seed, resamples }, rows)
      expect(rate, JSON.stringify(found)).toBeLessThanOrEqual(0.005)
      for (const name of ['diag_1', 'diag_2', 'diag_3']) expect(found[name]).toBeUndefined()
    })

    it('show nearly every move of one column in 1,000 rows', { timeout: 60_000 }, () => {
      const tried = power({ table, seed, resamples: Math.max(2, Math.floor(resamples / 2)) }, 1_000)
      const found = tried.reduce((sum, each) => sum + each.found, 0)
      const all = tried.reduce((sum, each) => sum + each.resamples, 0)
      const missed = tried.filter((each) => each.found < each.resamples)
      expect(found / all, JSON.stringify(missed)).toBeGreaterThanOrEqual(0.97)
      expect(tried.length).toBeGreaterThan(60)
    })
  },
)

describe('resamples of hard columns', () => {
  const table = hardColumns(12_000, seed)

  it.each(sizes.slice(0, 2))('raise no alarm in %d rows', (rows) => {
    const { found, unsure } = falseAlarms({ table, seed, resamples: 20 }, rows)
    expect(found).toEqual({})
    expect(unsure).toBe(0)
  })

  it.each([0.7, 0.1])(
    'show moves of one column in 1,000 rows against a baseline of %d of the table',
    (share) => {
      const tried = power({ table, seed, share, resamples: 20 }, 1_000)
      // Half a column has half the rows.
      for (const { name, change, found, resamples: runs } of tried)
        if (name !== 'halfMissing' || share > 0.5)
          expect(found / runs, `${name} ${change}`).toBeGreaterThanOrEqual(0.9)
    },
  )

  it.each([-9_999, 1e9])('are not disturbed by one %d in the batch or in the baseline', (sentinel) => {
    const random = seededRandom(seed)
    const { before, later } = halve(12_000, 0.7, seed)
    const values = [...table.get('oneSentinel')!.codes].map((code) =>
      Number(table.get('oneSentinel')!.values[code]),
    )
    const judge = (place: number, rows: Int32Array) => {
      const spoilt = new Map([
        ['x', codeValues(values.map((value, row) => (row === place ? sentinel : value)))],
      ])
      const baseline = profileRows(spoilt, before)
      return detectDrift({ baseline, current: profileRows(spoilt, rows, baseline), thresholds }).drifted
    }
    for (let resample = 0; resample < 10; resample++) {
      const rows = draw(later, 500, random)
      expect(judge(rows[0]!, rows)).toEqual([])
      expect(judge(before[0]!, rows)).toEqual([])
    }
  })
})
