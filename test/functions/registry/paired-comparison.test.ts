import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../../functions/experiments/compare-runs.ts'
import { experimentRunSchema } from '../../../functions/experiments/experiment-run.ts'
import { comparePaired, type TestedVersion } from '../../../functions/registry/paired-comparison.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

/** Versions tested on the same 800 rows of 400 entities; the higher `skill`, the better they rank. */
function tested(version: string, skill: number, change: Partial<TestedVersion> = {}): TestedVersion {
  const rows = seededRandom(3)
  const noise = seededRandom(Number(version))
  const labels = Float64Array.from({ length: 800 }, () => (rows() < 0.3 ? 1 : 0))
  const scores = labels.map((label) => skill * label + noise())
  const entities = Int32Array.from({ length: 800 }, (_, row) => Math.floor(row / 2))
  const task = 'binary-classification'
  return { version, task, engine: 'e', rows: { labels, scores, entities, entityCount: 400 }, ...change }
}

describe('two versions on the same rows', () => {
  test('the better one is better by an interval that leaves out nothing', () => {
    const found = comparePaired(tested('2', 0.8), tested('1', 0.2), { seed: 1 })
    expect(found).toMatchObject({ version: '2', against: '1', compared: true, metric: 'rocAuc' })
    expect(found.difference).toBeGreaterThan(0.1)
    expect(found.interval?.low).toBeGreaterThan(0)
    expect(found.reason).toMatch(/^rocAuc 0\.\d{4} against 1's 0\.\d{4}: \+0\.\d{4} \(95 % /)
  })

  test('of one and the same the difference is nothing, without doubt', () => {
    const found = comparePaired(tested('1', 0.5), tested('1', 0.5), { seed: 1 })
    expect(found).toMatchObject({ difference: 0, interval: { low: 0, high: 0 } })
  })

  test('other rows, another task or another engine are not compared, and it says why', () => {
    const base = tested('1', 0.5)
    const { labels } = base.rows
    const others = [
      tested('2', 0.5, { rows: { ...base.rows, labels: labels.map((label) => 1 - label) } }),
      tested('2', 0.5, { rows: { ...base.rows, labels: labels.subarray(1) } }),
      tested('2', 0.5, { rows: { ...base.rows, entities: base.rows.entities.map((code) => code ^ 1) } }),
      tested('2', 0.5, { task: 'regression' }),
    ]
    for (const other of others)
      expect(comparePaired(other, base, { seed: 1 })).toEqual({
        version: '2',
        against: '1',
        compared: false,
        reason: 'not paired: 2 and 1 were tested on other rows',
      })
    expect(comparePaired(tested('2', 0.5, { engine: 'f' }), base, { seed: 1 }).reason).toBe(
      'not compared with 1: it was trained by e, this by f',
    )
  })
})

// Feature: mlops-platform, Property 26: Model comparison metrics access
test('a comparison of any versions has every metric of each of them', () => {
  const metrics = fc.dictionary(
    fc.stringMatching(/^[a-z][A-Za-z]{0,8}$/),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    { maxKeys: 6 },
  )
  fc.assert(
    fc.property(fc.array(metrics, { minLength: 1, maxLength: 8 }), (all) => {
      const runs = all.map((each, at) =>
        experimentRunSchema.parse({
          runId: String(at + 1),
          project: 'demo',
          status: 'Approved',
          requestedBy: 'ada',
          startedAt: '2026-01-01T00:00:00Z',
          metrics: each,
        }),
      )
      const compared = compareRuns(runs)
      expect(compared.runs).toEqual(all.map((_, at) => String(at + 1)))
      for (const [at, each] of all.entries())
        for (const [name, value] of Object.entries(each))
          expect(compared.metrics[name]?.values[at]).toBe(value)
    }),
    { numRuns: 200 },
  )
})
