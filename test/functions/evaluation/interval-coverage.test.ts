/** Whether 95 % intervals hold the truth 95 % of the time: over entities they do, over their rows they would not. */
import { describe, expect, it } from 'vitest'
import { bootstrap } from '../../../functions/evaluation/bootstrap.ts'
import { compareWithChampion } from '../../../functions/evaluation/compare-champion.ts'
import { once, rank } from '../../../functions/evaluation/ranking.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

interface Rows {
  readonly labels: Float64Array
  readonly entities: Int32Array
  readonly one: Float64Array
  readonly other: Float64Array
  readonly entityCount: number
}

/** Entities of 1 to 6 rows that share most of their score; `one` sees the label better than `other` by `edge`. */
function draw(entityCount: number, seed: number, edge: number): Rows {
  const random = seededRandom(seed)
  // Irwin and Hall's approximation of a normal variable.
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, u) => sum + u, -6)
  const rows = Array.from({ length: entityCount }, (_, entity) => {
    const label = random() < 0.35 ? 1 : 0
    const [common, first, second] = [normal(), normal(), normal()]
    return Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({
      entity,
      label,
      one: (0.9 + edge) * label + 0.8 * common + 0.5 * first + 0.3 * normal(),
      other: 0.9 * label + 0.8 * common + 0.5 * second + 0.3 * normal(),
    }))
  }).flat()
  return {
    labels: Float64Array.from(rows, (row) => row.label),
    entities: Int32Array.from(rows, (row) => row.entity),
    one: Float64Array.from(rows, (row) => row.one),
    other: Float64Array.from(rows, (row) => row.other),
    entityCount,
  }
}

function areaOf({ labels, entities, entityCount }: Rows, scores: Float64Array): number {
  return rank({ scores, labels, entities })(once(entityCount)).rocAuc ?? Number.NaN
}

/** 300 intervals of a true coverage of 95 % hold between 91 % and 98.4 % with probability 0.999. */
const experiments = 300
const [least, most] = [0.91, 0.984]
const crowd = draw(60_000, 1, 0.3)
const truth = { one: areaOf(crowd, crowd.one), other: areaOf(crowd, crowd.other) }

describe('a 95 % interval', () => {
  const held = { byEntity: 0, byRow: 0 }
  for (let seed = 0; seed < experiments; seed++) {
    const rows = draw(120, 100 + seed, 0.3)
    const own = Int32Array.from(rows.labels.keys())
    for (const [by, entities, count] of [
      ['byEntity', rows.entities, rows.entityCount],
      ['byRow', own, own.length],
    ] as const) {
      const ranking = rank({ scores: rows.one, labels: rows.labels, entities })
      const { area } = bootstrap({ entities: count, seed, resamples: 300 }, (weights) => ({
        area: ranking(weights).rocAuc,
      }))
      if (area !== undefined && area.low <= truth.one && truth.one <= area.high) held[by]++
    }
  }

  it('of the area under the curve holds the truth as often as it says, over entities', () => {
    expect(held.byEntity / experiments).toBeGreaterThan(least)
    expect(held.byEntity / experiments).toBeLessThan(most)
  })

  it('would hold it far less often over rows, which is why entities are drawn', () => {
    expect(held.byRow / experiments).toBeLessThan(0.8)
  })
})

describe('the paired interval of two models', () => {
  const intervals = (edge: number) =>
    Array.from({ length: experiments }, (_, seed) => {
      const rows = draw(120, 5_000 + seed, edge)
      const comparison = compareWithChampion({
        task: 'binary-classification',
        challengerEngine: 'a',
        championEngine: 'a',
        labels: rows.labels,
        entities: rows.entities,
        entityCount: rows.entityCount,
        challenger: rows.one,
        champion: rows.other,
        seed,
        resamples: 300,
      })
      return comparison?.interval ?? { low: Number.NaN, high: Number.NaN }
    })
  const share = (edge: number, holds: (low: number, high: number) => boolean) =>
    intervals(edge).filter(({ low, high }) => holds(low, high)).length / experiments

  it('holds the true difference as often as it says', () => {
    const difference = truth.one - truth.other
    const covered = share(0.3, (low, high) => low <= difference && difference <= high)
    expect(covered).toBeGreaterThan(least)
    expect(covered).toBeLessThan(most)
  })

  it('finds a difference between equals about one time in twenty, and no more', () => {
    const found = share(0, (low, high) => low > 0 || high < 0)
    expect(found).toBeLessThan(1 - least)
    expect(found).toBeGreaterThan(1 - most)
  })
})
