import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { populationStability } from '../../../functions/drift/population-stability.ts'
import { decileCounts, rankCorrelation } from '../../../functions/rollout/score-agreement.ts'

const series = (value: (i: number) => number) => Float64Array.from({ length: 200 }, (_, i) => value(i))
const a = series((i) => (i * 7919) % 101)
const b = series((i) => (i * i * 31) % 97)
const c = a.map((value) => value % 5)
const d = a.map((value, i) => 3 * value + (b[i] as number))

describe('rank correlation', () => {
  // scipy.stats.spearmanr of scipy 1.17.1 on the same series.
  test.each([
    ['two that have nothing to do with each other', a, b, -0.014246238046301672],
    ['many ties on one side', a, c, 0.03430734242160236],
    ['nearly the same order', a, d, 0.9478949266206104],
    ['ties against none', c, d, 0.021628191917653788],
    ['nearly the reverse', a, d.map((value) => -value), -0.9478949266206104],
  ])('is that of SciPy: %s', (_, one, other, expected) => {
    expect(rankCorrelation(one, other)).toBeCloseTo(expected, 13)
  })

  const values = fc.float64Array({ minLength: 3, maxLength: 60, noNaN: true, min: 0, max: 1 })

  test('is 1 with any rising transform, −1 with any falling one, whatever the order of the rows', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (scores, turn) => {
        const own = rankCorrelation(scores, scores)
        if (own === null) return expect(new Set(scores).size).toBe(1)
        expect(own).toBeCloseTo(1, 12)
        // Doubling is exact, so that no two values fall together.
        const doubled = scores.map((score) => 2 * score)
        expect(rankCorrelation(scores, doubled)).toBeCloseTo(1, 12)
        expect(
          rankCorrelation(
            scores,
            doubled.map((score) => -score),
          ),
        ).toBeCloseTo(-1, 12)
        const other = scores.map((_, row) => scores[(row * turn) % scores.length] as number)
        const reversed = rankCorrelation(scores.toReversed(), other.toReversed())
        const plain = rankCorrelation(scores, other)
        if (plain === null) expect(reversed).toBeNull()
        else expect(reversed).toBeCloseTo(plain, 12)
      }),
      { numRuns: 200 },
    )
  })

  test('is null where a side says the same of all rows', () => {
    expect(rankCorrelation(a, new Float64Array(200))).toBeNull()
    expect(rankCorrelation(new Float64Array(200).fill(0.5), a)).toBeNull()
  })
})

describe('score distributions', () => {
  test('are counted in the deciles of the first side, and their index is that of NumPy', () => {
    const counts = decileCounts(
      a,
      d.map((value) => value / 4),
    )
    expect([...counts.baseline]).toEqual([20, 19, 20, 20, 20, 21, 20, 20, 20, 20])
    expect([...counts.current]).toEqual([7, 17, 26, 24, 24, 35, 22, 24, 16, 5])
    expect(populationStability(counts)).toBeCloseTo(0.2333067593571169, 13)
  })

  test('lose no row', () => {
    const rows = fc.float64Array({ minLength: 1, maxLength: 80, noNaN: true })
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const { baseline, current } = decileCounts(first, second)
        expect(baseline.reduce((sum, count) => sum + count, 0)).toBe(first.length)
        expect(current.reduce((sum, count) => sum + count, 0)).toBe(second.length)
      }),
      { numRuns: 200 },
    )
  })
})
