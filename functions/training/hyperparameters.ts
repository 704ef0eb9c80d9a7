/** The hyperparameters of SageMaker's built-in XGBoost 3.0-5 that training takes: types and ranges, checked before a job is paid for. */
import { RegimenError } from '../errors.ts'

interface Range {
  readonly min?: number
  readonly max?: number
  /** Bounds that are themselves not allowed. */
  readonly open?: 'min' | 'both'
}

type Rule =
  | ({ readonly type: 'integer' | 'number' } & Range)
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'list'; readonly of: readonly string[] }
  | { readonly type: 'pattern'; readonly pattern: RegExp; readonly meaning: string }

const share: Rule = { type: 'number', min: 0, max: 1, open: 'min' }
const fromZero: Rule = { type: 'number', min: 0 }
const unit: Rule = { type: 'number', min: 0, max: 1 }
const flag: Rule = { type: 'integer', min: 0, max: 1 }

export const objectives = {
  classification: ['binary:logistic'],
  regression: [
    'reg:squarederror',
    'reg:squaredlogerror',
    'reg:pseudohubererror',
    'reg:gamma',
    'reg:tweedie',
    'count:poisson',
  ],
} as const

export const evalMetrics = {
  classification: ['auc', 'aucpr', 'logloss', 'error', 'rmse', 'mae'],
  regression: [
    'rmse',
    'mae',
    'mape',
    'rmsle',
    'mphe',
    'gamma-deviance',
    'gamma-nloglik',
    'poisson-nloglik',
    'tweedie-nloglik',
  ],
} as const

/**
 * Names and ranges as the algorithm's container validates them (aws/sagemaker-xgboost-container,
 * hyperparameter_validation.py), less what needs GPUs, ranking, survival or a second model.
 */
const rules: Readonly<Record<string, Rule>> = {
  num_round: { type: 'integer', min: 1 },
  early_stopping_rounds: { type: 'integer', min: 1 },
  booster: { type: 'choice', of: ['gbtree', 'gblinear', 'dart'] },
  objective: { type: 'choice', of: [...objectives.classification, ...objectives.regression] },
  eval_metric: { type: 'list', of: [...new Set([...evalMetrics.classification, ...evalMetrics.regression])] },
  eta: unit,
  gamma: fromZero,
  max_depth: { type: 'integer', min: 0 },
  max_leaves: { type: 'integer', min: 0 },
  max_bin: { type: 'integer', min: 2 },
  min_child_weight: fromZero,
  max_delta_step: fromZero,
  subsample: share,
  colsample_bytree: share,
  colsample_bylevel: share,
  colsample_bynode: share,
  lambda: fromZero,
  alpha: fromZero,
  lambda_bias: unit,
  tree_method: { type: 'choice', of: ['auto', 'exact', 'approx', 'hist'] },
  grow_policy: { type: 'choice', of: ['depthwise', 'lossguide'] },
  scale_pos_weight: { type: 'number', min: 0, open: 'min' },
  num_parallel_tree: { type: 'integer', min: 1 },
  base_score: fromZero,
  seed: { type: 'integer', min: -(2 ** 31) + 1, max: 2 ** 31 - 2 },
  nthread: { type: 'integer', min: 1 },
  verbosity: { type: 'integer', min: 0, max: 3 },
  updater: { type: 'choice', of: ['coord_descent', 'shotgun', 'grow_colmaker', 'grow_histmaker', 'prune'] },
  sample_type: { type: 'choice', of: ['uniform', 'weighted'] },
  normalize_type: { type: 'choice', of: ['tree', 'forest'] },
  rate_drop: unit,
  one_drop: flag,
  skip_drop: unit,
  tweedie_variance_power: { type: 'number', min: 1, max: 2, open: 'both' },
  monotone_constraints: {
    type: 'pattern',
    pattern: /^\((-1|0|1)(,\s*(-1|0|1))*\)$/,
    meaning: 'a tuple of -1, 0 and 1, as (1,0,-1)',
  },
  deterministic_histogram: { type: 'choice', of: ['true', 'false'] },
}

/**
 * The value as the algorithm takes it: a string.
 * @throws RegimenError `HyperparameterRefused` when the name is unknown, or the value of the wrong type or out of range.
 */
export function checkHyperparameter(name: string, value: string | number): string {
  if (!Object.hasOwn(rules, name))
    throw refused(name, 'an unknown name', `one of ${Object.keys(rules).join(', ')}`)
  const rule = rules[name] as Rule
  const text = String(value).trim()
  if (!holds(rule, text)) throw refused(name, JSON.stringify(text), describe(rule))
  return rule.type === 'list' ? entries(text).join(',') : text
}

const entries = (text: string) => text.split(',').map((entry) => entry.trim())

function holds(rule: Rule, text: string): boolean {
  switch (rule.type) {
    case 'choice':
      return rule.of.includes(text)
    case 'list':
      return entries(text).every((entry) => rule.of.includes(entry.replace(/^error@0?\.\d+$/, 'error')))
    case 'pattern':
      return rule.pattern.test(text)
    case 'integer':
      return /^[+-]?\d+$/.test(text) && within(rule, Number(text))
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && within(rule, Number(text))
  }
}

function within({ min, max, open }: Range, value: number): boolean {
  if (!Number.isFinite(value)) return false
  if (min !== undefined && (open === undefined ? value < min : value <= min)) return false
  return max === undefined || (open === 'both' ? value < max : value <= max)
}

function describe(rule: Rule): string {
  switch (rule.type) {
    case 'choice':
      return `one of ${rule.of.join(', ')}`
    case 'list':
      return `a comma-separated list of ${rule.of.join(', ')}`
    case 'pattern':
      return rule.meaning
    default: {
      const kind = rule.type === 'integer' ? 'a whole number' : 'a number'
      const low =
        rule.min === undefined ? '' : rule.open === undefined ? ` from ${rule.min}` : ` above ${rule.min}`
      const high =
        rule.max === undefined ? '' : rule.open === 'both' ? ` below ${rule.max}` : ` up to ${rule.max}`
      return `${kind}${low}${high}`
    }
  }
}

export function refused(name: string, got: string, expected: string): RegimenError {
  return new RegimenError('HyperparameterRefused', {
    what: 'the training would fail',
    where: `hyperparameter "${name}"`,
    got,
    expected,
    do: 'correct it in the request or in hyperparameters of the project',
  })
}
