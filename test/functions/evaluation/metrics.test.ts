import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { confusionAt, thresholdMetrics } from '../../../functions/evaluation/confusion.ts'
import { drawCurves, scoreHistogram } from '../../../functions/evaluation/curves.ts'
import {
  brierScore,
  calibrationBins,
  expectedCalibrationError,
  logLoss,
} from '../../../functions/evaluation/probability-metrics.ts'
import { once, rank } from '../../../functions/evaluation/ranking.ts'
import { regressionMetrics } from '../../../functions/evaluation/regression-metrics.ts'
import { topShares } from '../../../functions/evaluation/top-share.ts'

interface Classification {
  name: string
  labels: number[]
  scores: number[]
  threshold: number
  rocAuc: number
  prAuc: number
  logLoss: number
  brier: number
  accuracy: number
  precision: number
  recall: number
  f1: number
  confusion: [number, number, number, number]
  expectedCalibrationError: number
}

/** Made by test/parity/make-metrics.py. */
const reference: {
  classification: Classification[]
  regression: { labels: number[]; predictions: number[]; rmse: number; mae: number; r2: number; mape: number }
} = JSON.parse(readFileSync(new URL('./fixtures/reference-metrics.json', import.meta.url), 'utf8'))

const near = (actual: number | null, expected: number) =>
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThan(1e-9)
const plainRanking = (scores: number[], labels: number[]) => {
  const entities = Int32Array.from(labels.keys())
  return rank({ scores, labels, entities })(once(labels.length))
}

describe('metrics against scikit-learn', () => {
  it.each(reference.classification)('agree on $name', (example) => {
    const { labels, scores } = example
    const { rocAuc, prAuc } = plainRanking(scores, labels)
    near(rocAuc, example.rocAuc)
    near(prAuc, example.prAuc)
    near(logLoss(scores, labels), example.logLoss)
    near(brierScore(scores, labels), example.brier)
    near(expectedCalibrationError(calibrationBins(scores, labels)), example.expectedCalibrationError)
    const confusion = confusionAt(scores, labels, example.threshold)
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion
    expect([truePositives, falsePositives, trueNegatives, falseNegatives]).toEqual(example.confusion)
    const metrics = thresholdMetrics(confusion)
    near(metrics.accuracy, example.accuracy)
    near(metrics.precision, example.precision)
    near(metrics.recall, example.recall)
    near(metrics.f1, example.f1)
  })

  it('agree on a regression', () => {
    const { labels, predictions, ...expected } = reference.regression
    const metrics = regressionMetrics(predictions, labels)
    near(metrics.rmse, expected.rmse)
    near(metrics.mae, expected.mae)
    near(metrics.r2, expected.r2)
    near(metrics.mape, expected.mape)
  })
})

describe('degenerate cases', () => {
  it('have no area under a curve when one class is missing', () => {
    expect(plainRanking([0.1, 0.2], [0, 0])).toEqual({ rocAuc: null, prAuc: null })
    expect(plainRanking([0.1, 0.2], [1, 1])).toEqual({ rocAuc: null, prAuc: 1 })
    expect(drawCurves([0.1, 0.2], [1, 1], [])).toBeNull()
  })

  it('rank constant scores as chance does', () => {
    expect(plainRanking([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 1])).toEqual({ rocAuc: 0.5, prAuc: 0.5 })
  })

  it('are null without rows', () => {
    expect(plainRanking([], [])).toEqual({ rocAuc: null, prAuc: null })
    expect([logLoss([], []), brierScore([], []), expectedCalibrationError([])]).toEqual([null, null, null])
    expect(regressionMetrics([], [])).toEqual({ rmse: null, mae: null, r2: null, mape: null })
    expect(topShares([], [])).toEqual([])
    expect(scoreHistogram([], [])).toEqual([])
  })

  it('leave a metric null where its denominator is zero', () => {
    expect(thresholdMetrics(confusionAt([0.1, 0.2], [0, 0], 0.5))).toEqual({
      accuracy: 1,
      precision: null,
      recall: null,
      f1: null,
      flaggedShare: 0,
    })
    expect(regressionMetrics([1, 2], [3, 3])).toMatchObject({ r2: null })
    expect(regressionMetrics([1, 2], [0, 3])).toMatchObject({ mape: null })
  })
})

describe('curves and top shares', () => {
  const rows = 5_000
  const scores = Array.from({ length: rows }, (_, row) => ((row * 7919) % rows) / rows)
  const labels = scores.map((score, row) => (score + ((row * 104_729) % 1_000) / 1_000 > 1.2 ? 1 : 0))

  it('are thinned to what can be drawn and keep both ends', () => {
    const curves = drawCurves(scores, labels, calibrationBins(scores, labels))
    expect(curves?.roc.length).toBeLessThanOrEqual(201)
    expect(curves?.roc[0]).toEqual({ falsePositiveRate: 0, truePositiveRate: 0 })
    expect(curves?.roc.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 })
    expect(curves?.precisionRecall.at(-1)?.recall).toBe(1)
    expect(curves?.calibration).toHaveLength(10)
  })

  it('count ties at the cut in part, so that the order of the file decides nothing', () => {
    const tied = topShares([0.9, 0.5, 0.5, 0.5, 0.1], [1, 1, 0, 0, 0], [0.4])
    expect(tied).toEqual([{ share: 0.4, rows: 2, precision: (1 + 1 / 3) / 2, lift: (1 + 1 / 3) / 2 / 0.4 }])
    expect(topShares([0.5, 0.5, 0.5, 0.1, 0.9], [0, 0, 1, 0, 1], [0.4])).toEqual(tied)
  })

  it('hold every row in the histogram', () => {
    const bins = scoreHistogram(scores, labels)
    expect(bins).toHaveLength(20)
    expect(bins.reduce((sum, bin) => sum + bin.positives + bin.negatives, 0)).toBe(rows)
    expect(scoreHistogram([0.5, 0.5], [1, 0])).toEqual([{ from: 0.5, to: 0.5, positives: 1, negatives: 1 }])
  })
})
