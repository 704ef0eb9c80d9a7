import { expect, test } from 'vitest'
import { readStepMetrics } from '../../../functions/experiments/step-metrics.ts'

test('the rounds of a training log become one series per metric', () => {
  const lines = [
    '[2026-11-21:04:00:00:INFO] Running XGBoost Sagemaker in algorithm mode',
    '[0]\ttrain-logloss:0.69\tvalidation-logloss:0.70',
    '[1]\ttrain-logloss:0.60\tvalidation-logloss:0.65',
    'done',
  ]
  expect(readStepMetrics(lines)).toEqual({
    steps: [0, 1],
    series: { 'train-logloss': [0.69, 0.6], 'validation-logloss': [0.7, 0.65] },
  })
})

test("CloudWatch's form of a tab is a tab, and a round printed twice counts once", () => {
  const lines = [
    '[0]#011train-auc:0.61#011validation-auc:0.59',
    '[1]#011train-auc:0.65',
    '[0]#011train-auc:0.62#011validation-auc:0.60',
    '[10]#011train-map@3:9e-05#011validation-auc:nan',
  ]
  expect(readStepMetrics(lines)).toEqual({
    steps: [0, 1, 10],
    series: {
      'train-auc': [0.62, 0.65, null],
      'validation-auc': [0.6, null, null],
      'train-map@3': [null, null, 9e-5],
    },
  })
})

test('a log without rounds has no steps', () => {
  expect(readStepMetrics(['[INFO] nothing', ''])).toEqual({ steps: [], series: {} })
})
