/** A search over hyperparameters: what may be asked, checked before a job is paid for, and what SageMaker is told. */
import * as z from 'zod'
import { checkHyperparameter, refused } from './hyperparameters.ts'

const scale = z.enum(['auto', 'linear', 'logarithmic', 'reverse-logarithmic'])

export const tuningRequest = z.strictObject({
  /** What is made best, as the algorithm prints it; those of the training side are no objectives of it. */
  objective: z.string().regex(/^validation:[a-z-]+$/, 'validation:<metric>, as validation:auc'),
  strategy: z.enum(['bayesian', 'random']).default('bayesian'),
  maxJobs: z.int().min(1).max(500).default(20),
  parallelJobs: z.int().min(1).max(10).default(2),
  /** Jobs that do worse than most did after as many rounds are stopped. */
  earlyStopping: z.boolean().default(true),
  /** @default the seed of the project's split */
  seed: z.int().min(0).optional(),
  ranges: z
    .record(z.string(), z.strictObject({ min: z.number(), max: z.number(), scale: scale.default('auto') }))
    .refine((ranges) => Object.keys(ranges).length > 0, 'at least one hyperparameter'),
})
export type TuningRequest = z.output<typeof tuningRequest>

/**
 * What the built-in algorithm lets be tuned (SageMaker Developer Guide, "Tune an XGBoost Model"): numbers alone, choices
 * as tree_method or grow_policy are the same for every trial.
 */
const tunable: Readonly<Record<string, 'integer' | 'number'>> = {
  num_round: 'integer',
  max_depth: 'integer',
  max_delta_step: 'integer',
  eta: 'number',
  gamma: 'number',
  lambda: 'number',
  alpha: 'number',
  min_child_weight: 'number',
  subsample: 'number',
  colsample_bytree: 'number',
  colsample_bylevel: 'number',
  colsample_bynode: 'number',
}

const higherIsBetter = new Set(['auc', 'aucpr'])
const scales = {
  auto: 'Auto',
  linear: 'Linear',
  logarithmic: 'Logarithmic',
  'reverse-logarithmic': 'ReverseLogarithmic',
} as const

/** `HyperParameterTuningJobConfig` of the API. */
const numericRange = z.object({
  Name: z.string(),
  MinValue: z.string(),
  MaxValue: z.string(),
  ScalingType: z.string(),
})
export const tuningPlan = z.object({
  config: z.object({
    Strategy: z.enum(['Bayesian', 'Random']),
    RandomSeed: z.int(),
    HyperParameterTuningJobObjective: z.object({ Type: z.string(), MetricName: z.string() }),
    ResourceLimits: z.object({ MaxNumberOfTrainingJobs: z.int(), MaxParallelTrainingJobs: z.int() }),
    ParameterRanges: z.object({
      IntegerParameterRanges: z.array(numericRange),
      ContinuousParameterRanges: z.array(numericRange),
    }),
    TrainingJobEarlyStoppingType: z.enum(['Auto', 'Off']),
  }),
  /** Those that every job gets alike. */
  fixed: z.record(z.string(), z.string()),
})
export type TuningPlan = z.output<typeof tuningPlan>

/**
 * @param hyperparameters of a training without tuning: checked, as strings
 * @throws RegimenError `HyperparameterRefused` for a name that cannot be tuned, a range that is none or holds a value
 * that training would refuse, or a metric that the jobs do not print.
 */
export function planTuning(
  request: TuningRequest,
  hyperparameters: Readonly<Record<string, string>>,
  seed: number,
): TuningPlan {
  const ranges: TuningPlan['config']['ParameterRanges'] = {
    IntegerParameterRanges: [],
    ContinuousParameterRanges: [],
  }
  for (const [name, range] of Object.entries(request.ranges)) {
    const kind = Object.hasOwn(tunable, name) ? tunable[name] : undefined
    if (kind === undefined) throw refused(name, 'a range', `one of ${Object.keys(tunable).join(', ')}`)
    if (hyperparameters.booster === 'gblinear' && !['eta', 'lambda', 'alpha', 'num_round'].includes(name))
      throw refused(name, 'a range', 'none, since gblinear grows no trees and ignores it')
    const { min, max, scale } = range
    if (!(min < max)) throw refused(name, `from ${min} to ${max}`, 'a smaller number first')
    for (const end of [min, max]) {
      checkHyperparameter(name, end)
      if (kind === 'integer' && !Number.isInteger(end)) throw refused(name, String(end), 'a whole number')
    }
    if (scale === 'logarithmic' && min <= 0)
      throw refused(name, `from ${min} on a logarithmic scale`, 'a smallest value above 0')
    if (scale === 'reverse-logarithmic' && (min < 0 || max >= 1))
      throw refused(name, `from ${min} to ${max} on a reverse logarithmic scale`, 'values from 0, below 1')
    const numeric = { Name: name, MinValue: String(min), MaxValue: String(max), ScalingType: scales[scale] }
    if (kind === 'integer') ranges.IntegerParameterRanges.push(numeric)
    else ranges.ContinuousParameterRanges.push(numeric)
  }
  const metric = request.objective.slice(request.objective.indexOf(':') + 1)
  const printed = (hyperparameters.eval_metric ?? '').split(',').filter((each) => each !== '')
  if (!printed.includes(metric))
    throw refused('eval_metric', printed.join(','), `${metric} among them, which is to be made best`)
  const fixed = Object.fromEntries(
    Object.entries(hyperparameters).filter(([name]) => !Object.hasOwn(request.ranges, name)),
  )
  return {
    config: {
      Strategy: request.strategy === 'bayesian' ? 'Bayesian' : 'Random',
      RandomSeed: request.seed ?? Math.abs(seed),
      HyperParameterTuningJobObjective: {
        Type: higherIsBetter.has(metric) ? 'Maximize' : 'Minimize',
        MetricName: request.objective,
      },
      ResourceLimits: {
        MaxNumberOfTrainingJobs: request.maxJobs,
        MaxParallelTrainingJobs: Math.min(request.parallelJobs, request.maxJobs),
      },
      ParameterRanges: ranges,
      TrainingJobEarlyStoppingType: request.earlyStopping ? 'Auto' : 'Off',
    },
    // Early stopping within a job watches the last one.
    fixed: { ...fixed, eval_metric: [...printed.filter((each) => each !== metric), metric].join(',') },
  }
}
