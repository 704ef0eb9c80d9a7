import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../functions/evaluation/evaluate.ts'
import { evaluatePart } from '../../../functions/evaluation/evaluate-part.ts'
import { evaluationSchema } from '../../../functions/evaluation/evaluation.ts'
import { type EvaluationPart, evaluationPartSchema } from '../../../functions/evaluation/evaluation-part.ts'
import { mergeParts } from '../../../functions/evaluation/merge-parts.ts'
import type { Examples } from '../../../functions/features/examples.ts'
import type { Project } from '../../../functions/project.ts'
import { fitDecision } from '../../../functions/scoring/fit-decision.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { buildExamples, buildProfile, buildProject, encoder, linearModel, noExamples } from './build-run.ts'

const good = [1.5, 0.8, 0, 0, 0, -1.4]
const poor = [0.1, 0.8, 0.7, 0, 0, -1.4]

interface Run {
  project?: Project
  calibration?: Examples
  test?: Examples
  weights?: number[]
  champion?: number[]
  index?: number
}

const part = ({ project = buildProject(), weights = good, champion, ...run }: Run = {}): EvaluationPart => {
  const calibration = run.calibration ?? buildExamples(600, 1)
  const model = (values: number[]) => ({
    model: readModel(
      linearModel(values, project.task === 'regression' ? 'reg:squarederror' : 'binary:logistic'),
    ),
    encoder,
  })
  const made = evaluatePart({
    index: run.index ?? 0,
    project,
    challenger: model(weights),
    champion: champion === undefined ? undefined : model(champion),
    profile: buildProfile(buildExamples(1_000, 9)),
    calibration,
    test: run.test ?? buildExamples(900, 2),
    salt: 'run',
  })
  return evaluationPartSchema.parse(JSON.parse(JSON.stringify(made)))
}

const merge = (parts: EvaluationPart[], championEngine?: string, project = buildProject()) => {
  const merged = mergeParts(parts)
  const decision = fitDecision({
    task: project.task,
    rawPredictions: merged.calibration.scores,
    labels: merged.calibration.labels,
    modelEngine: 'a',
    baseValue: merged.calibration.meanMargin,
    precisionFloorLift: project.precisionFloorLift,
  })
  const evaluation = evaluate({
    project,
    engine: 'a',
    championEngine,
    merged,
    decision,
    seed: 1,
    resamples: 200,
  })
  return evaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))
}

describe('an evaluation', () => {
  const evaluation = merge([part()])

  it('measures a model that ranks well, with an interval around the headline', () => {
    const { rocAuc, prAuc } = evaluation.metrics
    expect(rocAuc).toBeGreaterThan(0.68)
    expect(evaluation.intervals.rocAuc?.low).toBeLessThan(rocAuc ?? 0)
    expect(evaluation.intervals.rocAuc?.high).toBeGreaterThan(rocAuc ?? 1)
    expect(evaluation.intervals.rocAuc?.entities).toBe(900)
    expect(evaluation.metrics.prAucLift).toBeCloseTo((prAuc ?? 0) / (evaluation.prevalence ?? 1), 12)
    expect(evaluation.metrics.expectedCalibrationError).toBeLessThan(0.05)
    expect(evaluation.rows).toBe(1_800)
    expect(evaluation.reasons).toEqual({})
  })

  it('keeps the promise of the conformal sets on the test side', () => {
    for (const { level, coverage, single, both, empty } of evaluation.conformal) {
      expect(Math.abs(coverage - level)).toBeLessThan(0.03)
      expect(single + both + empty).toBeCloseTo(1, 12)
    }
  })

  it('beats the best single feature and names it', () => {
    expect(evaluation.simpleModel?.feature).toBe('distance')
    expect(evaluation.simpleModel?.rocAuc).toBeGreaterThan(0.6)
    expect(evaluation.simpleModel?.rocAucGain).toBeGreaterThan(0)
  })

  it('chooses a threshold that keeps the floor on the calibration side', () => {
    expect(evaluation.threshold?.rule).toMatch(
      /^the highest recall with a precision of at least 1\.5 times the prevalence/,
    )
    expect(evaluation.confusion?.threshold).toBe(evaluation.threshold?.value)
  })

  it('measures importance per feature and carries it to the source columns', () => {
    expect(evaluation.importance.map(({ feature }) => feature)).toEqual(['distance', 'place'])
    const [distance, place] = evaluation.importance
    expect((distance?.share ?? 0) + (place?.share ?? 0)).toBeCloseTo(1, 12)
    expect(evaluation.sourceImportance).toEqual({
      distance: distance?.share,
      town: (place?.share ?? 0) / 2,
      weather: (place?.share ?? 0) / 2,
    })
  })

  it('explains five examples without a value of a quasi-identifying column', () => {
    expect(evaluation.examples).toHaveLength(5)
    for (const { factors } of evaluation.examples)
      for (const { feature, value } of factors) expect(value === null).toBe(feature === 'place')
    expect(JSON.stringify(evaluation)).not.toContain('customer ')
  })

  it('is the same whatever the parts are', () => {
    const calibration = buildExamples(600, 1)
    const test = buildExamples(900, 2)
    const halves = [
      part({ index: 0, calibration, test: noExamples }),
      part({ index: 1, calibration: noExamples, test }),
      part({ index: 2, calibration: noExamples, test: noExamples }),
    ]
    expect(merge(halves)).toEqual(evaluation)
  })

  it('is withheld for a group of fewer than eleven entities', () => {
    const test = buildExamples(900, 2)
    const place = test.extra.place?.map((level, row) => (row < 12 ? 'island' : level)) ?? []
    const { groups } = merge([part({ test: { ...test, extra: { place } } })])
    expect(groups.find(({ level }) => level === 'island')).toEqual({
      column: 'place',
      level: 'island',
      rows: 12,
      entities: 6,
      metrics: null,
      reason: '6 entities, and fewer than 11 are not measured',
    })
    expect(groups.find(({ level }) => level === 'hill')?.metrics?.rocAuc).toBeGreaterThan(0.6)
    expect(groups.map(({ level }) => level)).toContain('missing')
  })
})

describe('the gate', () => {
  it('passes a model that reaches the minima, and says so', () => {
    expect(merge([part()]).gate).toMatchObject({
      passed: true,
      summary: expect.stringMatching(/^passed: rocAuc 0\.\d{4} reaches the minimum 0\.6$/),
    })
  })

  it('stops a model below a minimum', () => {
    const project = buildProject({
      gates: [
        { metric: 'rocAuc', min: 0.9 },
        { metric: 'brier', max: 0.5 },
      ],
    })
    const { gate } = merge([part({ project })], undefined, project)
    expect(gate.passed).toBe(false)
    expect(gate.summary).toMatch(/^not passed: rocAuc 0\.\d{4} is below the minimum 0\.9$/)
    expect(gate.checks.map(({ passed }) => passed)).toEqual([false, true])
  })

  it('keeps the champion when the challenger is worse', () => {
    const { gate, champion } = merge(
      [part({ weights: poor, champion: good })],
      'a',
      buildProject({ gates: [] }),
    )
    expect(champion?.difference).toBeLessThan(-0.005)
    expect(gate.passed).toBe(false)
    expect(gate.summary).toMatch(
      /^not passed: rocAuc 0\.\d{4} against the champion's 0\.\d{4}: −0\.\d{4} \(95 % /,
    )
  })

  it('lets a better challenger pass, and one that is the same', () => {
    expect(merge([part({ weights: good, champion: poor })], 'a').gate.passed).toBe(true)
    expect(merge([part({ weights: good, champion: good })], 'a').gate.passed).toBe(true)
  })

  it('says why it does not compare with a champion of another engine', () => {
    const { gate } = merge([part({ weights: poor, champion: good })], 'b', buildProject({ gates: [] }))
    expect(gate.summary).toBe(
      'passed: the project sets no minimum; not compared with the champion: it was trained by b, this by a',
    )
  })
})

describe('degenerate test sides', () => {
  it('of one class have no ranking metric, and the gate fails with the reason', () => {
    const test = buildExamples(50, 3)
    const { metrics, reasons, gate, curves } = merge([
      part({ test: { ...test, labels: test.labels.map(() => 0) } }),
    ])
    expect(metrics).toMatchObject({ rocAuc: null, prAuc: null, prAucLift: null })
    expect(reasons.rocAuc).toBe('the test side holds one class only')
    expect(gate).toMatchObject({ passed: false, summary: 'not passed: rocAuc cannot be computed' })
    expect(curves).toBeNull()
  })

  it('without rows say so for every metric', () => {
    const { metrics, reasons, rows } = merge([part({ test: noExamples })])
    expect(rows).toBe(0)
    expect(metrics.brier).toBeNull()
    expect(reasons.brier).toBe('the test side has no rows')
  })

  it('cannot be judged at all without calibration rows', () => {
    expect(() => merge([part({ calibration: noExamples })])).toThrow(
      'the decision cannot be fitted, on the calibration side: got no row with a label',
    )
  })
})

describe('a regression', () => {
  it('is measured by its errors, with intervals and coverage', () => {
    const project = buildProject({ task: 'regression', gates: [{ metric: 'r2', min: 0 }] })
    const straight = (examples: Examples): Examples => ({
      ...examples,
      labels: Float64Array.from(
        examples.features.columns.distance as Float64Array,
        (value, row) => 3 + (Number.isNaN(value) ? 0 : 2 * value) + ((row * 37) % 11) / 10,
      ),
    })
    const run = {
      project,
      calibration: straight(buildExamples(400, 1)),
      test: straight(buildExamples(500, 2)),
    }
    const evaluation = merge([part({ ...run, weights: [2, 0, 0, 0, 0, 3.5] })], undefined, project)
    expect(evaluation.metrics.rmse).toBeLessThan(0.4)
    expect(evaluation.metrics.r2).toBeGreaterThan(0.8)
    expect(evaluation.intervals.rmse?.low).toBeLessThan(evaluation.metrics.rmse ?? 0)
    expect(evaluation.conformal.map(({ coverage, level }) => Math.abs(coverage - level) < 0.05)).toEqual([
      true,
      true,
      true,
    ])
    expect(evaluation.gate.passed).toBe(true)
  })
})
