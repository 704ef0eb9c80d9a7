import { describe, expect, test } from 'vitest'
import { planTuning, type TuningRequest, tuningRequest } from '../../../functions/training/tuning.ts'

const plain = {
  objective: 'binary:logistic',
  eval_metric: 'logloss,auc',
  eta: '0.1',
  max_depth: '6',
  seed: '1',
}
const asked = (ranges: object, more: object = {}): TuningRequest =>
  tuningRequest.parse({ objective: 'validation:auc', ranges, ...more })

describe('a search', () => {
  test('becomes what SageMaker is told: ranges as texts, direction by the metric, the rest fixed', () => {
    const { config, fixed } = planTuning(
      asked(
        {
          eta: { min: 0.01, max: 0.3, scale: 'logarithmic' },
          max_depth: { min: 2, max: 8 },
        },
        { maxJobs: 3, parallelJobs: 9 },
      ),
      plain,
      -4,
    )
    expect(config).toEqual({
      Strategy: 'Bayesian',
      RandomSeed: 4,
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:auc' },
      ResourceLimits: { MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 3 },
      ParameterRanges: {
        IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '2', MaxValue: '8', ScalingType: 'Auto' }],
        ContinuousParameterRanges: [
          { Name: 'eta', MinValue: '0.01', MaxValue: '0.3', ScalingType: 'Logarithmic' },
        ],
      },
      TrainingJobEarlyStoppingType: 'Auto',
    })
    expect(fixed).toEqual({ objective: 'binary:logistic', eval_metric: 'logloss,auc', seed: '1' })
  })

  test('of a loss looks for its least value, and lets early stopping within a job watch it', () => {
    const { config, fixed } = planTuning(
      asked({ eta: { min: 0.01, max: 0.3 } }, { objective: 'validation:logloss' }),
      plain,
      1,
    )
    expect(config.HyperParameterTuningJobObjective.Type).toBe('Minimize')
    expect(fixed.eval_metric).toBe('auc,logloss')
  })

  test('is for any metric that the jobs print, those with a hyphen too', () => {
    const request = asked({ eta: { min: 0.01, max: 0.3 } }, { objective: 'validation:gamma-deviance' })
    const { config } = planTuning(request, { ...plain, eval_metric: 'rmse,gamma-deviance' }, 1)
    expect(config.HyperParameterTuningJobObjective).toEqual({
      Type: 'Minimize',
      MetricName: 'validation:gamma-deviance',
    })
  })

  test.each([
    ['a name that cannot be tuned', { seed: { min: 1, max: 2 } }, /"seed".*one of num_round/],
    ['a range that is none', { eta: { min: 0.3, max: 0.1 } }, /"eta".*from 0.3 to 0.1/],
    ['an end that training refuses', { eta: { min: 0.1, max: 2 } }, /"eta".*up to 1/],
    ['an integer range with a fraction', { max_depth: { min: 1.5, max: 3 } }, /"max_depth".*whole number/],
    ['a logarithm of zero', { gamma: { min: 0, max: 1, scale: 'logarithmic' } }, /"gamma".*above 0/],
    [
      'another integer range with a fraction',
      { max_delta_step: { min: 0, max: 2.5 } },
      /"max_delta_step".*whole/,
    ],
    ['a choice, which is not tuned', { grow_policy: { min: 0, max: 1 } }, /"grow_policy".*one of num_round/],
  ])('with %s is refused by name', (_, ranges, message) => {
    expect(() => planTuning(asked(ranges), plain, 1)).toThrow(message)
  })

  test('for a metric that the jobs do not print, or of trees that nobody grows, is refused', () => {
    const ranges = { eta: { min: 0.1, max: 0.2 } }
    expect(() => planTuning(asked(ranges, { objective: 'validation:rmse' }), plain, 1)).toThrow(/rmse among/)
    const linear = { ...plain, booster: 'gblinear' }
    expect(() => planTuning(asked({ max_depth: { min: 1, max: 2 } }), linear, 1)).toThrow(/gblinear/)
    expect(() => tuningRequest.parse({ objective: 'validation:auc', ranges: {} })).toThrow()
    expect(() => asked(ranges, { objective: 'train:auc' })).toThrow(/validation:<metric>/)
    expect(() => asked({ eta: { values: ['0.1', '0.2'] } })).toThrow()
  })
})
