import { describe, expect, it } from 'vitest'
import { driftSchema, performanceEstimateSchema } from '../../../functions/drift/drift.ts'
import { estimatePerformance, measure } from '../../../functions/drift/performance-estimate.ts'
import { parseScoredRows } from '../../../functions/drift/scored-rows.ts'
import { withPredictions } from '../../../functions/drift/with-predictions.ts'
import { predictionDistribution } from '../../../functions/evaluation/prediction-distribution.ts'
import { rank } from '../../../functions/evaluation/ranking.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { inferenceDocuments } from '../../builders/report-documents.ts'

const random = seededRandom(77)
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
/** A calibrated model of one feature; `centre` and `spread` are where the batch's feature lies. */
const batch = (rows: number, centre: number, spread: number) =>
  Float64Array.from({ length: rows }, () => sigmoid(1.2 * (centre + spread * normal()) - 0.5))
const scored = (predictions: Float64Array) => ({
  predictions,
  entities: Int32Array.from(predictions, (_, at) => at),
})
const { evaluation } = inferenceDocuments()
const reference = {
  ...evaluation,
  metrics: { ...evaluation.metrics, rocAuc: 0.78 },
  intervals: { rocAuc: { low: 0.76, high: 0.8, level: 0.95, resamples: 500, entities: 900 } },
}
const aucOf = (predictions: Float64Array, labels: ArrayLike<number>) =>
  rank({ scores: predictions, labels, entities: Int32Array.from(predictions, (_, at) => at) })(
    new Int32Array(predictions.length).fill(1),
  ).rocAuc ?? Number.NaN

describe('the label-free estimate', () => {
  it('follows the true ROC AUC while the features move and the relation to the label stands', () => {
    let inside = 0
    let runs = 0
    for (const centre of [-2, -1, 0, 1, 2])
      for (const spread of [0.3, 0.7, 1, 1.5]) {
        const predictions = batch(2_000, centre, spread)
        const labels = Float64Array.from(predictions, (probability) => Number(random() < probability))
        const truth = aucOf(predictions, labels)
        const { rocAuc } = estimatePerformance(scored(predictions), reference, 1)
        if (rocAuc === null) continue
        runs++
        expect(Math.abs(rocAuc.value - truth)).toBeLessThan(0.06)
        if (truth >= rocAuc.low && truth <= rocAuc.high) inside++
      }
    expect(runs).toBe(20)
    expect(inside).toBeGreaterThanOrEqual(17)
  })

  it('warns where the batch is harder to rank than training was, and only there', () => {
    expect(estimatePerformance(scored(batch(3_000, 0, 0.2)), reference, 1).lower).toBe(true)
    expect(estimatePerformance(scored(batch(3_000, 0, 1.5)), reference, 1).lower).toBe(false)
  })

  it('is exact for known labels: ROC AUC, precision, recall, Brier score', () => {
    const predictions = batch(500, 0, 1).sort().reverse()
    const labels = Float64Array.from(predictions, (probability) => Number(random() < probability))
    const figures = measure(predictions, labels, 0.5)
    expect(figures.rocAuc).toBeCloseTo(aucOf(predictions, labels), 12)
    const flagged = labels.filter((_, at) => predictions[at]! >= 0.5)
    expect(figures.precision).toBeCloseTo(flagged.reduce((sum, label) => sum + label, 0) / flagged.length, 12)
    const brier = labels.reduce((sum, label, at) => sum + (label - predictions[at]!) ** 2, 0) / labels.length
    expect(figures.brier).toBeCloseTo(brier, 12)
  })

  it('says when the batch is too small, with nothing that is not finite', () => {
    for (const predictions of [new Float64Array(), new Float64Array(50).fill(0.5), new Float64Array(500)]) {
      const estimate = performanceEstimateSchema.parse(estimatePerformance(scored(predictions), reference, 1))
      expect(estimate.status).toBe('insufficient-data')
      expect(estimate.reason).toMatch(/^insufficient-data: \d+ predictions/)
    }
  })
})

describe('prediction drift', () => {
  const before = batch(4_000, 0, 1)
  const evaluated = {
    ...reference,
    predictions: predictionDistribution(
      before,
      Int32Array.from(before, (_, at) => at >> 1),
    ),
  }
  const { drift } = inferenceDocuments()
  const judge = (predictions: Float64Array) =>
    driftSchema.parse(withPredictions({ drift, evaluation: evaluated, scored: scored(predictions), seed: 1 }))

  it('knows from the test side how alike rows of one entity are', () => {
    expect(evaluated.predictions.designEffect).toBe(2)
  })

  it('raises the alarm when the scores moved, and says how far', () => {
    const found = judge(batch(1_000, 0.5, 1))
    expect(found.predictions?.drifted).toBe(true)
    expect([drift.alarm, found.alarm]).toEqual([false, true])
    expect(found.reasons.join()).toMatch(/the predictions moved: values moved by 0\.\d+ baseline deviations/)
  })

  it('finds nothing in the scores of the same population', () => {
    for (let run = 0; run < 20; run++) {
      const found = judge(batch(800, 0, 1))
      expect(found.predictions?.drifted).toBe(false)
      expect(found.alarm).toBe(false)
    }
  })

  it('says nothing of a batch without predictions', () => {
    expect(judge(new Float64Array()).predictions).toMatchObject({
      status: 'insufficient-data',
      drifted: null,
    })
  })
})

describe('the scores of a run', () => {
  it('are read with their entities, quoted or not, without lines that are cut off', () => {
    const header = 'entity_id,example_key,prediction,confidence_score,low_confidence,flagged\n'
    const text = `${header}a,a-1,0.25,0.9,false,false\n"b, ""x""",k,0.5,0.9,true,false\na,a-2,0.75,0.9,false,true\nc,c-1,0.9,0.`
    expect(parseScoredRows([text, header])).toEqual({
      predictions: Float64Array.of(0.25, 0.5, 0.75),
      entities: Int32Array.of(0, 1, 0),
    })
  })
})
