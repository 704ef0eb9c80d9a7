/** Calibration and conformal confidence: reference values, and the coverage that is promised. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyCalibrator, calibrate } from '../../../functions/scoring/calibrate.ts'
import { pValue, radius, scoreTable } from '../../../functions/scoring/conformal.ts'
import { type Decision, parseDecision } from '../../../functions/scoring/decision.ts'
import { precisionFloorThreshold } from '../../../functions/scoring/decision-threshold.ts'
import { chooseCalibrator, fitDecision } from '../../../functions/scoring/fit-decision.ts'
import { fitIsotonic, isotonicValue } from '../../../functions/scoring/isotonic.ts'
import { fitPlatt, logit, plattSigmoid } from '../../../functions/scoring/platt.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'

/** A small generator (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Rows whose true probability is that of `log odds × slope`, predicted as if the slope were 1. */
function rows(n: number, seed: number, slope = 0.5) {
  const next = random(seed)
  const raw = new Float64Array(n)
  const labels = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const f = 6 * next() - 3
    raw[i] = 1 / (1 + Math.exp(-f))
    labels[i] = next() < 1 / (1 + Math.exp(-slope * f)) ? 1 : 0
  }
  return { raw, labels }
}

const fitted = (n: number, seed: number): Decision => {
  const { raw, labels } = rows(n, seed)
  return fitDecision({
    task: 'binary-classification',
    rawPredictions: raw,
    labels,
    modelEngine: 'xgboost',
    baseValue: 0,
  })
}

describe('Platt', () => {
  test('gives what scikit-learn gives (calibration._sigmoid_calibration of 1.9)', () => {
    const f = Float64Array.of(-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5)
    const { a, b } = fitPlatt(f, Float64Array.of(0, 0, 0, 1, 0, 1, 0, 1, 1, 1))
    expect(a).toBeCloseTo(-0.769147, 6)
    expect(b).toBeCloseTo(0.1922867, 6)
  })

  test('stays in [0, 1] and rises with the raw probability', () => {
    expect(plattSigmoid(logit(1), -1, 0)).toBeLessThanOrEqual(1)
    expect(plattSigmoid(logit(0), -1, 0)).toBeGreaterThanOrEqual(0)
    expect(plattSigmoid(2, -1, 0)).toBeGreaterThan(plattSigmoid(1, -1, 0))
  })
})

describe('isotonic regression', () => {
  test('pools adjacent violators and ties', () => {
    const knots = fitIsotonic(Float64Array.of(1, 2, 2, 3, 4, 5), Float64Array.of(0, 1, 0, 0, 1, 1))
    expect(knots.x).toEqual([1, 2, 3, 4, 5])
    expect(knots.y).toEqual([0, 1 / 3, 1 / 3, 1, 1])
    expect(isotonicValue(knots, 3.5)).toBeCloseTo(2 / 3)
    expect(isotonicValue(knots, -9)).toBe(0)
    expect(isotonicValue(knots, 9)).toBe(1)
  })

  test('never falls and keeps the mean, for any rows', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
    })
    fc.assert(
      fc.property(points, (drawn) => {
        const x = Float64Array.from(drawn, ([value]) => value)
        const y = Float64Array.from(drawn, ([, label]) => label)
        const knots = fitIsotonic(x, y)
        expect(knots.y).toEqual(knots.y.toSorted((a, b) => a - b))
        const total = x.reduce((sum, value) => sum + isotonicValue(knots, value), 0)
        expect(total).toBeCloseTo(
          y.reduce((a, b) => a + b, 0),
          9,
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('the calibrator', () => {
  test('is chosen by its error on rows that it has not seen, and mends overconfidence', () => {
    const decision = fitted(4_000, 3)
    expect(decision.calibrator.kind).toBe('platt')
    expect(calibrate(decision, 1 / (1 + Math.exp(-2))).prediction).toBeCloseTo(1 / (1 + Math.exp(-1)), 1)
  })

  test('is none where one class is too rare to fit it', () => {
    const decision = fitDecision({
      task: 'text-classification',
      rawPredictions: Float32Array.of(0.2, 0.4, 0.9),
      labels: Float64Array.of(0, Number.NaN, 1),
      modelEngine: 'xgboost',
      baseValue: 0,
    })
    expect(decision.calibrator).toEqual({ kind: 'identity' })
    expect(decision.fit).toMatchObject({ rows: 2, positives: 1 })
  })

  test('needs a row with a label', () => {
    const none = { rawPredictions: Float64Array.of(0.5), labels: Float64Array.of(Number.NaN) }
    expect(() =>
      fitDecision({ ...none, task: 'binary-classification', modelEngine: 'x', baseValue: 0 }),
    ).toThrow('the decision cannot be fitted, on the calibration side: got no row with a label')
  })
})

test('a calibrator never says certain because a single row at the end was positive', () => {
  const random = seededRandom(4)
  const rawPredictions = Float64Array.from({ length: 4_000 }, () => random() ** 3)
  const labels = rawPredictions.map((p) => (random() < 0.02 + 0.3 * Math.min(1, p * 6) ? 1 : 0))
  const [lowest, highest] = [Math.min(...rawPredictions), Math.max(...rawPredictions)]
  const marked = labels.map((label, at) =>
    rawPredictions[at] === highest ? 1 : rawPredictions[at] === lowest ? 0 : label,
  )
  const { calibrator } = chooseCalibrator(rawPredictions, marked)
  expect(calibrator.kind).toBe('isotonic')
  expect(applyCalibrator(calibrator, 1)).toBeLessThan(0.6)
  expect(applyCalibrator(calibrator, 0)).toBeLessThan(0.2)
})

describe('the p-value', () => {
  test('counts the scores that are as strange', () => {
    const table = scoreTable([0.1, 0.2, 0.3])
    expect([0, 0.1, 0.15, 0.3, 0.9].map((score) => pValue(table, score))).toEqual([1, 1, 0.75, 0.5, 0.25])
    expect(pValue({ scores: [], n: 0 }, 0.5)).toBe(1)
  })

  test('of a thinned table is never smaller than that of all scores, nor larger by more than 1/999', () => {
    const next = random(5)
    const scores = Array.from({ length: 12_345 }, next)
    const thin = scoreTable(scores)
    expect(thin.scores).toHaveLength(1_000)
    for (let i = 0; i < 1_000; i++) {
      const score = next()
      const exact = (scores.filter((s) => s >= score).length + 1) / (scores.length + 1)
      expect(pValue(thin, score)).toBeGreaterThanOrEqual(exact)
      expect(pValue(thin, score)).toBeLessThanOrEqual(exact + 1 / 999 + 1e-12)
    }
  })
})

describe('confidence', () => {
  test('80 % sets hold the true class of new rows at least 78 % of the time, in each class', () => {
    const [covered, seen] = [
      [0, 0],
      [0, 0],
    ]
    for (let seed = 0; seed < 20; seed++) {
      const { conformal } = fitted(800, seed)
      if (conformal.kind !== 'classes') throw new TypeError('not a classification')
      const fresh = rows(800, 1_000 + seed)
      for (const [i, p] of fresh.raw.entries()) {
        const label = fresh.labels[i]!
        const own = label === 1 ? pValue(conformal.positive, 1 - p) : pValue(conformal.negative, p)
        seen[label]!++
        if (own > 0.2) covered[label]!++
      }
    }
    for (const label of [0, 1]) expect(covered[label]! / seen[label]!).toBeGreaterThan(0.78)
    for (const label of [0, 1]) expect(covered[label]! / seen[label]!).toBeLessThan(0.82)
  })

  test('is low, with the reason, exactly where the 80 % set holds both labels', () => {
    const decision = fitted(2_000, 1)
    const unsure = calibrate(decision, 0.5)
    expect(unsure).toMatchObject({
      lowConfidence: true,
      reasons: ['both outcomes remain possible at 80 % confidence'],
    })
    expect(unsure.confidenceScore).toBeLessThan(0.8)
    const sure = calibrate(decision, 0.999)
    expect(sure).toMatchObject({ lowConfidence: false, reasons: [] })
    expect(sure.confidenceScore).toBeGreaterThan(0.8)
  })

  test('is low after severe drift, whatever the row', () => {
    const drifted = calibrate(fitted(2_000, 1), 0.999, true)
    expect(drifted.lowConfidence).toBe(true)
    expect(drifted.reasons).toEqual([
      'the batch differs severely from the data that the model was trained on',
    ])
  })
})

describe('a regression', () => {
  const next = random(9)
  const truth = Float64Array.from({ length: 1_000 }, () => 10 * next())
  // Twice as noisy in the upper half.
  const noisy = (value: number) => value + (value > 5 ? 2 : 0.5) * (next() - 0.5)
  const decision = fitDecision({
    task: 'regression',
    rawPredictions: truth,
    labels: truth.map(noisy),
    modelEngine: 'xgboost',
    baseValue: 5,
  })

  test('has intervals that hold 80 % of new rows, and are wider where the model errs more', () => {
    const fresh = Float64Array.from({ length: 4_000 }, () => 10 * next())
    const inside = fresh.filter((value) => {
      const [low, high] = calibrate(decision, value).interval!
      const label = noisy(value)
      return low <= label && label <= high
    })
    expect(inside.length / fresh.length).toBeGreaterThan(0.77)
    expect(inside.length / fresh.length).toBeLessThan(0.83)
    expect(calibrate(decision, 1).confidenceScore).toBeGreaterThan(calibrate(decision, 9).confidenceScore)
    expect(calibrate(decision, 3).prediction).toBe(3)
  })

  test('has no interval and no confidence when there are too few rows', () => {
    const few = fitDecision({
      task: 'regression',
      rawPredictions: Float64Array.of(1, 2),
      labels: Float64Array.of(1, 3),
      modelEngine: 'xgboost',
      baseValue: 0,
    })
    expect(radius(scoreTable([0, 1]), 0.8)).toBe(Number.POSITIVE_INFINITY)
    expect(calibrate(few, 1)).toEqual({
      prediction: 1,
      confidenceScore: 0,
      lowConfidence: true,
      reasons: ['the 80 % interval is no narrower than without the model'],
    })
  })
})

test('the threshold is the lowest whose precision reaches the floor', () => {
  const p = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.4, 0.3)
  const labels = Float64Array.of(1, 1, 0, 1, 0, 0, 0, 0)
  expect(precisionFloorThreshold(p, labels, 1.5)).toBe(0.6)
  expect(precisionFloorThreshold(p, labels, 1)).toBe(0.3)
  expect(precisionFloorThreshold(p, labels, 9)).toBe(0.8)
})

test('decision.json survives the bucket, and a damaged one is refused with the place', () => {
  const decision = fitted(1_500, 2)
  expect(parseDecision(JSON.parse(JSON.stringify(decision)))).toEqual(decision)
  expect(() => parseDecision({ ...decision, threshold: 'high' })).toThrow(
    'decision.json of the model is not valid, at threshold: got string; expected number; train the model again',
  )
})
