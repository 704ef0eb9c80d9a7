import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gaussianProcess } from '../../../local/sagemaker/gaussian-process.ts'
import { proposeHyperparameters, type Tried } from '../../../local/sagemaker/propose-hyperparameters.ts'
import { searchSpace } from '../../../local/sagemaker/search-space.ts'
import type { TuningRequest } from '../../../local/sagemaker/tuning-job.ts'

const request = (strategy: 'Bayesian' | 'Random', seed: number, type = 'Minimize'): TuningRequest => ({
  HyperParameterTuningJobName: 'search',
  HyperParameterTuningJobConfig: {
    Strategy: strategy,
    RandomSeed: seed,
    HyperParameterTuningJobObjective: { Type: type as 'Minimize', MetricName: 'validation:logloss' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 50, MaxParallelTrainingJobs: 1 },
    ParameterRanges: {
      IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '1', MaxValue: '12', ScalingType: 'Auto' }],
      ContinuousParameterRanges: [
        { Name: 'eta', MinValue: '0.001', MaxValue: '1', ScalingType: 'Logarithmic' },
        { Name: 'subsample', MinValue: '0.2', MaxValue: '0.99', ScalingType: 'ReverseLogarithmic' },
      ],
      CategoricalParameterRanges: [{ Name: 'grow_policy', Values: ['depthwise', 'lossguide'] }],
    },
  },
  TrainingJobDefinition: { StaticHyperParameters: {}, AlgorithmSpecification: {}, RoleArn: 'role' },
})

/** Smooth, with its least at eta 0.05, depth 5, subsample 0.8, lossguide: what a loss looks like. */
const loss = ({ eta = '', max_depth = '', subsample = '', grow_policy = '' }: Record<string, string>) =>
  (Math.log10(Number(eta)) - Math.log10(0.05)) ** 2 +
  ((Number(max_depth) - 5) / 6) ** 2 +
  (Number(subsample) - 0.8) ** 2 +
  (grow_policy === 'lossguide' ? 0 : 0.3)

function search(strategy: 'Bayesian' | 'Random', seed: number, trials: number, sign = 1): number {
  const asked = request(strategy, seed, sign === 1 ? 'Minimize' : 'Maximize')
  const tried: Tried[] = []
  for (let trial = 0; trial < trials; trial++) {
    const hyperparameters = proposeHyperparameters(asked, tried)
    tried.push({ hyperparameters, objective: sign * loss(hyperparameters) })
  }
  return Math.min(...tried.map(({ objective = 0 }) => sign * objective))
}

describe('a Bayesian search', () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  test('comes nearer to the optimum than draws do, whether it is a least or a greatest value', () => {
    const random = mean(seeds.map((seed) => search('Random', seed, 25)))
    expect(mean(seeds.map((seed) => search('Bayesian', seed, 25)))).toBeLessThan(0.6 * random)
    expect(mean(seeds.map((seed) => search('Bayesian', seed, 25, -1)))).toBeLessThan(0.6 * random)
  })

  test('is the same for the same seed and results, and proposes nothing twice', () => {
    const asked = request('Bayesian', 7)
    const tried: Tried[] = []
    for (let trial = 0; trial < 15; trial++) {
      const next = proposeHyperparameters(asked, tried)
      expect(proposeHyperparameters(asked, tried)).toEqual(next)
      tried.push({ hyperparameters: next, objective: loss(next) })
    }
    expect(new Set(tried.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(15)
  })

  test('goes on where trainings run still or have failed', () => {
    const asked = request('Bayesian', 3)
    const tried: Tried[] = []
    for (let trial = 0; trial < 20; trial++) {
      const hyperparameters = proposeHyperparameters(asked, tried)
      tried.push({ hyperparameters, ...(trial % 3 === 0 ? {} : { objective: loss(hyperparameters) }) })
    }
    expect(Math.min(...tried.map(({ objective = 9 }) => objective))).toBeLessThan(0.5)
  })
})

describe('the unit cube', () => {
  test('holds every value of every range, and gives each value its place back', () => {
    const space = searchSpace(request('Random', 1))
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        fc.nat(space.length - 1),
        (at, which) => {
          const dimension = space[which]
          if (dimension === undefined) return
          const value = dimension.valueAt(at)
          if (Number.isFinite(dimension.values))
            expect(dimension.valueAt(dimension.placeOf(value))).toBe(value)
          else expect(dimension.placeOf(value)).toBeCloseTo(at, 9)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a Gaussian process', () => {
  test('goes through what it has seen and knows little far from it', () => {
    const points = [0.1, 0.3, 0.5, 0.9].map((at) => Float64Array.of(at))
    const values = points.map(([at = 0]) => Math.sin(6 * at))
    const believe = gaussianProcess(points, values)
    for (const [place, point] of points.entries()) {
      expect(believe(point).mean).toBeCloseTo(values[place] ?? 0, 2)
      expect(believe(point).deviation).toBeLessThan(0.05)
    }
    expect(believe(Float64Array.of(0.7)).deviation).toBeGreaterThan(believe(Float64Array.of(0.4)).deviation)
  })

  test('is content with one point, and with values that are all the same', () => {
    const one = gaussianProcess([Float64Array.of(0.5)], [2])
    expect(one(Float64Array.of(0.5)).mean).toBeCloseTo(2, 6)
    const same = gaussianProcess(
      [0.1, 0.2, 0.3].map((at) => Float64Array.of(at)),
      [1, 1, 1],
    )
    expect(same(Float64Array.of(0.9)).mean).toBeCloseTo(1, 6)
  })
})
