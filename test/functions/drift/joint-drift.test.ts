import { describe, expect, it } from 'vitest'
import { jointDrift } from '../../../functions/drift/joint-drift.ts'
import type { RowSample } from '../../../functions/profile/row-sample.ts'
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'

const normalOf = (random: Random) => () =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** `x` and `y` correlate by `rho`; every column has the same distribution whatever it is. */
function sample(rows: number, rho: number, random: Random, others = 8): RowSample {
  const normal = normalOf(random)
  const x = Float64Array.from({ length: rows }, normal)
  const y = x.map((value) => rho * value + Math.sqrt(1 - rho * rho) * normal())
  const rest = Array.from({ length: others }, (_, at) => [
    `other${at}`,
    at % 2 === 0
      ? Float64Array.from({ length: rows }, normal)
      : Array.from({ length: rows }, () => 'abcde'[Math.floor(random() * 5)] ?? null),
  ])
  return {
    rows,
    columns: { ...Object.fromEntries(rest), x, y },
    groups: Int32Array.from({ length: rows }, (_, at) => at),
  }
}

describe('joint drift', () => {
  const random = seededRandom(31)

  it('finds a correlation that is gone while every column stands still, and names the pair', () => {
    for (let run = 0; run < 10; run++) {
      const joint = jointDrift({
        baseline: sample(1_500, 0.6, random),
        current: sample(1_000, 0, random),
        pValue: 0.001,
      })
      expect(joint.drifted).toBe(true)
      expect(joint.pairs[0]?.columns).toEqual(['x', 'y'])
      expect(joint.singleColumnArea).toBeLessThan(0.55)
      expect(joint.reason).toContain('the way in which columns go together has changed')
      expect(joint.interval?.low).toBeGreaterThan(0.5)
    }
  })

  it('finds categories that no longer go together', () => {
    const pairs = (rows: number, isTied: boolean): RowSample => {
      const a = Array.from({ length: rows }, () => (random() < 0.5 ? 'm' : 'f'))
      const b = a.map((level) => (isTied && random() < 0.8 ? level : random() < 0.5 ? 'm' : 'f'))
      return { rows, columns: { a, b }, groups: Int32Array.from({ length: rows }, (_, at) => at) }
    }
    const joint = jointDrift({ baseline: pairs(1_000, true), current: pairs(600, false), pValue: 0.001 })
    expect([joint.drifted, joint.pairs[0]?.columns]).toEqual([true, ['a', 'b']])
  })

  it('keeps its level: p below 5 % hardly more often than in 5 % of calm batches', () => {
    const runs = 100
    let small = 0
    for (let run = 0; run < runs; run++) {
      const { pValue } = jointDrift({
        baseline: sample(600, 0.6, random),
        current: sample(300, 0.6, random),
        pValue: 0.01,
      })
      if ((pValue ?? 0) < 0.05) small++
    }
    // P(more than 11 of 100 at 5 %) is below 1 %.
    expect(small).toBeLessThanOrEqual(11)
  })

  it('is chance for a sample against itself, and the same for rows in another order', () => {
    const one = sample(500, 0.6, random)
    const same = jointDrift({ baseline: one, current: one, pValue: 0.01 })
    expect(same.area).toBe(0.5)
    expect(same.drifted).toBe(false)
    const backwards: RowSample = {
      rows: one.rows,
      columns: Object.fromEntries(
        Object.entries(one.columns).map(([name, values]) => [name, values.toReversed()]),
      ),
      groups: Array.from(one.groups).toReversed(),
    }
    const other = sample(400, 0, random)
    const [a, b] = [one, backwards].map((baseline) => jointDrift({ baseline, current: other, pValue: 0.01 }))
    expect(b?.area).toBeCloseTo(a?.area ?? 9, 9)
  })

  it('says when there are too few rows, or nothing that varies, instead of "no drift"', () => {
    const few = jointDrift({ baseline: sample(500, 0, random), current: sample(99, 0, random), pValue: 0.01 })
    expect(few).toMatchObject({ status: 'insufficient-data', drifted: null, area: null })
    expect(few.reason).toBe('insufficient-data: 99 sampled rows on one side, 100 needed')
    const flat: RowSample = { rows: 200, columns: { x: new Float64Array(200) }, groups: new Int32Array(200) }
    expect(jointDrift({ baseline: flat, current: flat, pValue: 0.01 }).reason).toBe(
      'insufficient-data: no column varies that both samples have',
    )
  })

  it('does not take the habits of one entity for drift', () => {
    // Each of the batch's entities repeats one row twenty times: a classifier that saw it would know it again.
    const repeated = (rows: number): RowSample => {
      const one = sample(rows / 20, 0.5, random)
      const times = <Value>(values: ArrayLike<Value>) =>
        Array.from({ length: rows }, (_, at) => values[Math.floor(at / 20)]!)
      return {
        rows,
        columns: Object.fromEntries(
          Object.entries(one.columns).map(([name, values]) => [
            name,
            values instanceof Float64Array ? Float64Array.from(times(values)) : times(values),
          ]),
        ),
        groups: times(one.groups),
      }
    }
    let found = 0
    for (let run = 0; run < 20; run++) {
      const joint = jointDrift({
        baseline: sample(1_000, 0.5, random),
        current: repeated(1_000),
        pValue: 0.01,
        effects: { baseline: 1, current: 20 },
      })
      if (joint.drifted === true) found++
    }
    expect(found).toBeLessThanOrEqual(1)
  })
})
