import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../../functions/abtest/decide.ts'
import { type Design, evidenceFor, type Unit, weigh } from '../../../functions/abtest/sequential-test.ts'

const design: Design = { share: 0.5, center: 0.15 }
const rule = { alpha: 0.05 }

/** mulberry32: a fixed stream per seed. */
function stream(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Squared errors of a version that tells `skill` of what there is to know. */
function units(
  seed: number,
  count: number,
  skill: { champion: number; challenger: number },
  share = 0.5,
): Unit[] {
  const draw = stream(seed)
  return Array.from({ length: count }, () => {
    const isChallenger = draw() < share
    const chance = 0.05 + 0.4 * draw()
    const known = skill[isChallenger ? 'challenger' : 'champion']
    const predicted = known * chance + (1 - known) * (1 - chance)
    const label = draw() < chance ? 1 : 0
    return { isChallenger, loss: (predicted - label) ** 2 }
  })
}

/** Looks after every `every` units, and stops at the first decision. */
function peek(all: readonly Unit[], every: number, design: Design) {
  for (let seen = every; seen <= all.length; seen += every) {
    const { challengerBetter, challengerWorse } = evidenceFor(all.slice(0, seen), design)
    if (challengerBetter >= 1 / rule.alpha) return { decision: 'promote' as const, seen }
    if (challengerWorse >= 1 / rule.alpha) return { decision: 'stop' as const, seen }
  }
  return { decision: 'continue' as const, seen: all.length }
}

describe('the sequential test', () => {
  test('says nothing of nothing', () => {
    expect(weigh([], design, 0.05)).toEqual({
      units: { champion: 0, challenger: 0 },
      loss: { champion: null, challenger: null },
      challengerBetter: 1,
      challengerWorse: 1,
      difference: { low: -1, high: 1 },
    })
  })

  test.each([0.5, 0.1])(
    'of equal versions, looked at all the time at a share of %s, seldom decides',
    (share) => {
      const trials = 400
      let wrong = { promote: 0, stop: 0 }
      for (let seed = 1; seed <= trials; seed += 1) {
        const all = units(seed, 1_000, { champion: 0.8, challenger: 0.8 }, share)
        const { decision } = peek(all, 50, { share, center: 0.15 })
        if (decision !== 'continue') wrong = { ...wrong, [decision]: wrong[decision] + 1 }
      }
      // 5 % each, and three deviations of the count of a simulation.
      const most = trials * 0.05 + 3 * Math.sqrt(trials * 0.05 * 0.95)
      expect(wrong.promote).toBeLessThanOrEqual(most)
      expect(wrong.stop).toBeLessThanOrEqual(most)
    },
  )

  test('finds a better version and a worse one, sooner where the difference is greater', () => {
    const found = (skill: { champion: number; challenger: number }) =>
      Array.from({ length: 30 }, (_, seed) => peek(units(seed + 1, 4_000, skill), 100, design))
    const better = found({ champion: 0.5, challenger: 1 })
    expect(better.filter(({ decision }) => decision === 'promote').length).toBeGreaterThanOrEqual(27)
    const worse = found({ champion: 1, challenger: 0.5 })
    expect(worse.filter(({ decision }) => decision === 'stop').length).toBeGreaterThanOrEqual(27)
    const much = found({ champion: 0, challenger: 1 })
    const mean = (all: { seen: number }[]) => all.reduce((sum, { seen }) => sum + seen, 0) / all.length
    expect(mean(much)).toBeLessThan(mean(better))
  })

  test('holds the true difference at all looks together', () => {
    // Of `units` above, by the law of total expectation over chances from 0.05 to 0.45.
    const mean = (skill: number) => {
      let sum = 0
      const parts = 10_000
      for (let part = 0; part < parts; part += 1) {
        const chance = 0.05 + (0.4 * (part + 0.5)) / parts
        const predicted = skill * chance + (1 - skill) * (1 - chance)
        sum += chance * (predicted - 1) ** 2 + (1 - chance) * predicted ** 2
      }
      return sum / parts
    }
    const truth = mean(0.9) - mean(0.7)
    let missed = 0
    const trials = 100
    for (let seed = 1; seed <= trials; seed += 1) {
      const all = units(seed, 800, { champion: 0.7, challenger: 0.9 })
      const misses = [100, 200, 400, 600, 800].some((seen) => {
        const { low, high } = weigh(all.slice(0, seen), design, 0.05).difference
        return truth < low || truth > high
      })
      if (misses) missed += 1
    }
    expect(missed).toBeLessThanOrEqual(trials * 0.05 + 3 * Math.sqrt(trials * 0.05 * 0.95))
  })

  test('gives the same bits whatever the order in which units arrive', () => {
    const unit = fc.record({ isChallenger: fc.boolean(), loss: fc.double({ min: 0, max: 1, noNaN: true }) })
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (all, keys, share) => {
          const shuffled = all
            .map((each) => ({ each, key: keys.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ each }) => each)
          const given = { share, center: 0.2 }
          const one = weigh(all, given, 0.05)
          expect(weigh(shuffled, given, 0.05)).toEqual(one)
          expect(one.challengerBetter).toBeGreaterThan(0)
          expect(one.difference.low).toBeLessThanOrEqual(one.difference.high)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('swapping the versions swaps the evidence', () => {
    const all = units(7, 500, { champion: 0.6, challenger: 0.9 })
    const one = weigh(all, design, 0.05)
    const other = weigh(
      all.map(({ isChallenger, loss }) => ({ isChallenger: !isChallenger, loss })),
      design,
      0.05,
    )
    expect(other.challengerWorse).toBeCloseTo(one.challengerBetter, 6)
    expect(other.difference.low).toBeCloseTo(-one.difference.high, 6)
  })

  test('stops when the gain that is asked for is out of reach', () => {
    const all = units(3, 4_000, { champion: 0.9, challenger: 0.9 })
    const evidence = weigh(all, design, 0.05)
    expect(decide(evidence, { alpha: 0.05, leastGain: 0.2 })).toMatchObject({
      decision: 'stop',
      why: expect.stringContaining('out of reach'),
    })
    expect(decide(evidence, { alpha: 0.05, leastGain: 0.0001 }).decision).toBe('continue')
  })
})
