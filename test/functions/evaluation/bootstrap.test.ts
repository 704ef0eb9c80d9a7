import { describe, expect, it } from 'vitest'
import { bootstrap } from '../../../functions/evaluation/bootstrap.ts'
import { compareWithChampion } from '../../../functions/evaluation/compare-champion.ts'
import { rank } from '../../../functions/evaluation/ranking.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

function sample(entities: number, rowsEach: number, seed: number, signal = 1) {
  const random = seededRandom(seed)
  const rows = entities * rowsEach
  const labels = new Float64Array(rows)
  const scores = new Float64Array(rows)
  const codes = new Int32Array(rows)
  for (let entity = 0; entity < entities; entity++) {
    const label = random() < 0.3 ? 1 : 0
    const score = signal * label + (random() + random() + random()) * 2
    for (let row = entity * rowsEach; row < (entity + 1) * rowsEach; row++) {
      labels[row] = label
      // Rows of one entity are alike: more of them say hardly more.
      scores[row] = score + random() * 0.01
      codes[row] = entity
    }
  }
  return { labels, scores, entities: codes }
}

const auc = (rows: ReturnType<typeof sample>) => {
  const ranking = rank(rows)
  return (weights: Int32Array) => ({ rocAuc: ranking(weights).rocAuc })
}

describe('bootstrap over entities', () => {
  it('repeats itself for a seed', () => {
    const statistic = auc(sample(100, 2, 1))
    const run = (seed: number) => bootstrap({ entities: 100, seed, resamples: 100 }, statistic)
    expect(run(3)).toEqual(run(3))
    expect(run(3)).not.toEqual(run(4))
  })

  it('has about the width that DeLong or Hanley and McNeil give for independent rows', () => {
    const rows = sample(2_000, 1, 5)
    const { rocAuc } = bootstrap({ entities: 2_000, seed: 9 }, auc(rows))
    const area = rank(rows)(new Int32Array(2_000).fill(1)).rocAuc ?? 0
    const positives = rows.labels.reduce((sum, label) => sum + label, 0)
    const negatives = 2_000 - positives
    const q1 = area / (2 - area)
    const q2 = (2 * area ** 2) / (1 + area)
    const variance =
      (area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2)) /
      (positives * negatives)
    const width = (rocAuc?.high ?? 0) - (rocAuc?.low ?? 0)
    expect(width / (2 * 1.96 * Math.sqrt(variance))).toBeGreaterThan(0.85)
    expect(width / (2 * 1.96 * Math.sqrt(variance))).toBeLessThan(1.15)
    expect(rocAuc?.low).toBeLessThan(area)
    expect(rocAuc?.high).toBeGreaterThan(area)
  })

  it('is not narrower because every entity stands there ten times', () => {
    const width = (rowsEach: number) => {
      const { rocAuc } = bootstrap({ entities: 300, seed: 2 }, auc(sample(300, rowsEach, 8)))
      return (rocAuc?.high ?? 0) - (rocAuc?.low ?? 0)
    }
    expect(width(10) / width(1)).toBeGreaterThan(0.75)
  })

  it('gives no interval where the statistic mostly cannot be computed', () => {
    expect(bootstrap({ entities: 5, seed: 1 }, () => ({ x: null }))).toEqual({})
    expect(bootstrap({ entities: 0, seed: 1 }, () => ({ x: 1 }))).toEqual({})
  })

  it('takes 500 resamples of 20,000 rows in well under two seconds', () => {
    const statistic = auc(sample(14_000, 1, 3))
    statistic(new Int32Array(14_000).fill(1))
    const rows = sample(10_000, 2, 3)
    const started = performance.now()
    bootstrap({ entities: 10_000, seed: 1 }, auc(rows))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('challenger against champion', () => {
  const rows = sample(1_000, 2, 21)
  const blurred = (amount: number, seed: number) => {
    const random = seededRandom(seed)
    return rows.scores.map((score) => score + (random() - 0.5) * amount)
  }
  const compare = (challenger: Float64Array, champion: Float64Array | undefined, championEngine = 'a') =>
    compareWithChampion({
      task: 'binary-classification',
      challengerEngine: 'a',
      championEngine,
      labels: rows.labels,
      entities: rows.entities,
      entityCount: 1_000,
      challenger,
      champion,
      seed: 4,
    })

  it('finds the better model with an interval that leaves out zero', () => {
    const better = compare(rows.scores, blurred(10, 1))
    expect(better?.difference).toBeGreaterThan(0.03)
    expect(better?.interval?.low).toBeGreaterThan(0)
  })

  it('is paired: the same model differs by nothing at all', () => {
    expect(compare(rows.scores, rows.scores)).toMatchObject({ difference: 0, interval: { low: 0, high: 0 } })
  })

  it('never compares models of different engines', () => {
    expect(compare(rows.scores, rows.scores, 'b')).toEqual({
      compared: false,
      reason: 'not compared with the champion: it was trained by b, this by a',
    })
  })

  it('says so when the champion cannot score these rows', () => {
    expect(compare(rows.scores, undefined)?.reason).toBe(
      'not compared with the champion: it has no scores for these rows',
    )
  })
})
