/** The judge of a new version, on rows whose truth is known because they are made here. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../../../functions/evaluation/evaluation.ts'
import { calibrationGap } from '../../../functions/rollout/calibration-gap.ts'
import { type Answers, type Evidence, judge, type LabelledAnswers } from '../../../functions/rollout/judge.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

interface World {
  readonly rows: number
  readonly seed: number
  /** What the challenger makes of the true chance. */
  readonly challenger: (chance: number, random: () => number) => number
  readonly milliseconds?: Answers['milliseconds']
}

/** The champion says the true chance with a little noise; every row is an entity of its own. */
function world({ rows, seed, challenger, milliseconds = { champion: 10, challenger: 10 } }: World) {
  const random = seededRandom(seed)
  const chances = Float64Array.from({ length: rows }, () => 0.1 + 0.6 * random())
  const noisy = (value: number) => Math.min(0.99, Math.max(0.01, value + 0.05 * (random() - 0.5)))
  const champion = chances.map(noisy)
  const own = chances.map((chance) => challenger(chance, random))
  const labels = chances.map((chance) => (random() < chance ? 1 : 0))
  const entities = Int32Array.from({ length: rows }, (_, row) => row)
  const groups = { site: Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? 'north' : 'south')) }
  return { champion, challenger: own, milliseconds, entities, entityCount: rows, labels, groups }
}

const evaluation = { metrics: {}, threshold: null, prevalence: 0.4, intervals: {} } as unknown as Evaluation

const evidence = (rows: Omit<LabelledAnswers, 'recent'>, more: Partial<Evidence> = {}): Evidence => ({
  task: 'binary-classification',
  engines: { champion: 'a', challenger: 'b' },
  live: rows,
  labelled: { ...rows, recent: true },
  evaluations: { champion: evaluation, challenger: evaluation },
  seed: 1,
  ...more,
})

const failed = (told: Evidence) =>
  judge(told)
    .filter(({ passed }) => !passed)
    .map(({ name }) => name)

const same = (chance: number) => chance
const opposite = (chance: number) => 0.8 - chance
const guess = (_: number, random: () => number) => 0.1 + 0.6 * random()

describe('the judge', () => {
  test('lets a version pass that is as good as the champion: at most one in fifty is refused', () => {
    const verdicts = Array.from({ length: 100 }, (_, seed) =>
      failed(evidence(world({ rows: 600, seed: seed + 1, challenger: same }))),
    )
    expect(verdicts.filter((names) => names.length > 0).length).toBeLessThanOrEqual(2)
  })

  test('refuses one that learned the opposite, on any rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.boolean(), (seed, recent) => {
        const rows = world({ rows: 600, seed, challenger: opposite })
        const names = failed(evidence(rows, { labelled: { ...rows, recent } }))
        expect(names).toContain('rank-agreement')
        expect(names).toContain('performance')
      }),
      { numRuns: 100 },
    )
  })

  test('lets one pass that turns the champion round, where recent outcomes say that it is right', () => {
    const rows = world({ rows: 2_000, seed: 11, challenger: opposite })
    const turned = { ...rows, champion: rows.challenger, challenger: rows.champion }
    expect(failed(evidence(turned))).toEqual([])
    expect(failed(evidence(turned, { labelled: { ...turned, recent: false } }))).toContain('rank-agreement')
  })

  test('refuses one that guesses', () => {
    expect(failed(evidence(world({ rows: 2_000, seed: 5, challenger: guess })))).toEqual(
      expect.arrayContaining(['rank-agreement', 'performance']),
    )
  })

  test('tells a light loss from a heavy one: on old rows only the heavy one counts', () => {
    const blurred = (chance: number, random: () => number) => 0.7 * chance + 0.12 + 0.15 * random()
    const rows = world({ rows: 8_000, seed: 7, challenger: blurred })
    const of = (recent: boolean) => failed(evidence(rows, { labelled: { ...rows, recent } }))
    expect(of(true)).toContain('performance')
    expect(of(false)).not.toContain('performance')
  })

  test('refuses one that promises a group what the group does not keep', () => {
    const rows = world({ rows: 4_000, seed: 9, challenger: same })
    const challenger = rows.challenger.map((value, row) =>
      row % 4 === 0 ? Math.min(1, value + 0.25) : value,
    )
    const told = judge(evidence({ ...rows, challenger }))
    const check = told.find(({ name }) => name === 'group-calibration')
    expect(check).toMatchObject({ passed: false, limit: 0.1 })
    expect(check?.reason).toContain('site = north (1000)')
  })

  test('refuses one that is felt to be slow, and does not mind what nobody feels', () => {
    const slow = (champion: number, challenger: number) =>
      failed(
        evidence(world({ rows: 600, seed: 3, challenger: same, milliseconds: { champion, challenger } })),
      )
    expect(slow(20, 120)).toEqual(['latency'])
    expect(slow(20, 90)).toEqual([])
    expect(slow(1, 40)).toEqual([])
  })

  test('says what it could not measure, and lets it pass', () => {
    const checks = judge(
      evidence(world({ rows: 600, seed: 3, challenger: same }), { live: undefined, labelled: undefined }),
    )
    expect(checks.map(({ name, passed, value }) => [name, passed, value])).toEqual(
      [
        'score-distribution',
        'rank-agreement',
        'estimated-performance',
        'performance',
        'group-calibration',
        'latency',
        'online-errors',
        'online-latency',
      ].map((name) => [name, true, null]),
    )
    for (const { reason } of checks) expect(reason).toMatch(/^not measured: /)
  })
})

describe('the worst group', () => {
  const rows = 400
  const labels = Float64Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 1 : 0))

  test('is worked out by hand: distance of mean and rate, less three standard errors', () => {
    const probabilities = new Float64Array(rows).fill(0.8)
    // |0.8 − 0.5| − 3 · √(400 · 0.8 · 0.2) / 400
    expect(calibrationGap(probabilities, labels, {})).toEqual({
      column: 'rows',
      level: 'all',
      rows,
      gap: expect.closeTo(0.3 - (3 * Math.sqrt(64)) / 400, 12),
    })
  })

  test('has a hundred rows at least, and a level', () => {
    const probabilities = Float64Array.from({ length: rows }, (_, row) => (row < 99 ? 1 : 0.5))
    const small = { site: Array.from({ length: rows }, (_, row) => (row < 99 ? 'small' : null)) }
    expect(calibrationGap(probabilities, labels, small)).toMatchObject({ column: 'rows' })
    expect(calibrationGap(probabilities.slice(0, 99), labels.slice(0, 99), small)).toBeNull()
  })

  test('does not depend on the order of the rows, and is 0 where chance explains all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const random = seededRandom(seed)
        const chances = Float64Array.from({ length: 300 }, () => random())
        const drawn = chances.map((chance) => (random() < chance ? 1 : 0))
        const levels = Array.from({ length: 300 }, (_, row) => (row % 2 === 0 ? 'a' : 'b'))
        const there = calibrationGap(chances, drawn, { site: levels })
        const back = calibrationGap(chances.toReversed(), drawn.toReversed(), { site: levels.toReversed() })
        expect(back?.gap).toBeCloseTo(there?.gap ?? Number.NaN, 12)
        // Three groups within three standard errors each: beyond once in a hundred, and then by little.
        expect(there?.gap).toBeLessThan(0.05)
      }),
      { numRuns: 200 },
    )
  })
})
