/** The hyperparameters of SageMaker's built-in XGBoost algorithm: which are used, ignored or refused, and why. */
import { RegimenError } from '../../functions/errors.ts'
import { type MetricName, metricNamed, metricNames } from './metric.ts'
import { objectiveOf, objectives } from './objective.ts'

export interface Settings {
  readonly rounds: number
  readonly booster: 'gbtree' | 'gblinear'
  readonly objective: string
  readonly evalMetrics: readonly MetricName[]
  readonly earlyStoppingRounds: number | undefined
  readonly csvWeights: boolean
  readonly eta: number
  readonly maxDepth: number
  readonly maxLeaves: number
  readonly lossguide: boolean
  readonly minChildWeight: number
  readonly maxDeltaStep: number
  readonly gamma: number
  readonly lambda: number
  readonly alpha: number
  readonly subsample: number
  readonly colsampleByTree: number
  readonly colsampleByLevel: number
  readonly colsampleByNode: number
  readonly parallelTrees: number
  readonly maxBin: number
  readonly scalePosWeight: number
  readonly tweedieVariancePower: number
  /** On the label's scale; undefined: fitted to the labels. */
  readonly baseScore: number | undefined
  readonly seed: number
}

interface NumberRule {
  readonly min?: number
  readonly max?: number
  /** The bounds themselves are not allowed. */
  readonly open?: 'min' | 'both'
  readonly integer?: true
}

/** Ranges as the algorithm's own validation has them. */
const numbers: Readonly<Record<string, NumberRule>> = {
  num_round: { min: 1, integer: true },
  csv_weights: { min: 0, max: 1, integer: true },
  early_stopping_rounds: { min: 1, integer: true },
  eta: { min: 0, max: 1 },
  gamma: { min: 0 },
  max_depth: { min: 0, integer: true },
  max_leaves: { min: 0, integer: true },
  min_child_weight: { min: 0 },
  max_delta_step: { min: 0 },
  subsample: { min: 0, max: 1, open: 'min' },
  colsample_bytree: { min: 0, max: 1, open: 'min' },
  colsample_bylevel: { min: 0, max: 1, open: 'min' },
  colsample_bynode: { min: 0, max: 1, open: 'min' },
  lambda: { min: 0 },
  alpha: { min: 0 },
  max_bin: { min: 2, max: 32_768, integer: true },
  scale_pos_weight: { min: 0, open: 'min' },
  tweedie_variance_power: { min: 1, max: 2, open: 'both' },
  base_score: {},
  num_parallel_tree: { min: 1, integer: true },
  seed: { min: -(2 ** 31) + 1, max: 2 ** 31 - 2, integer: true },
}

const choices: Readonly<Record<string, readonly string[]>> = {
  booster: ['gbtree', 'gblinear'],
  grow_policy: ['depthwise', 'lossguide'],
  tree_method: ['auto', 'hist', 'approx', 'exact'],
  sampling_method: ['uniform'],
  process_type: ['default'],
  updater: ['auto', 'grow_quantile_histmaker', 'shotgun', 'coord_descent'],
}

const aliases: Readonly<Record<string, string>> = {
  learning_rate: 'eta',
  min_split_loss: 'gamma',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
}

/** Accepted without an effect here, each with its reason. */
const ignored: Readonly<Record<string, string>> = {
  verbosity: 'the log is always the same',
  nthread: 'the number of threads never changes the model',
  predictor: 'there is one predictor',
  dsplit: 'training runs on one host',
  sketch_eps: 'bins come from exact quantiles',
  refresh_leaf: 'only the refresh updater reads it',
  lambda_bias: 'current XGBoost does not read it',
  single_precision_histogram: 'histograms are exact in double precision',
  deterministic_histogram: 'histograms are always deterministic',
  sample_type: 'only the dart booster reads it',
  normalize_type: 'only the dart booster reads it',
  rate_drop: 'only the dart booster reads it',
  one_drop: 'only the dart booster reads it',
  skip_drop: 'only the dart booster reads it',
  aft_loss_distribution: 'only survival:aft reads it',
  aft_loss_distribution_scale: 'only survival:aft reads it',
  prob_buffer_row: 'current XGBoost does not read it',
  save_model_on_termination: 'a stopped job leaves no model here',
  _tuning_objective_metric: 'every metric is reported',
}

/** Known to the algorithm, not to this trainer: training on would give another model than the one asked for. */
const refused: Readonly<Record<string, string>> = {
  monotone_constraints: 'constraints are not implemented by the local trainer',
  interaction_constraints: 'constraints are not implemented by the local trainer',
  num_class: 'multi-class objectives are not implemented by the local trainer',
  _kfold: 'cross-validation is not implemented by the local trainer',
  _num_cv_round: 'cross-validation is not implemented by the local trainer',
  use_dask_gpu_training: 'the local trainer has no GPU',
}

export interface ParsedHyperparameters {
  readonly settings: Settings
  /** One line per hyperparameter that has no effect here, for the log. */
  readonly ignored: readonly string[]
}

/**
 * @param given as SageMaker passes them: every value is a string.
 * @param channels whether there is a validation channel, which early stopping needs.
 * @throws RegimenError `HyperparameterRefused`.
 */
export function parseHyperparameters(
  given: Readonly<Record<string, string>>,
  channels: { readonly validation: boolean },
): ParsedHyperparameters {
  const values = new Map<string, string>()
  const notes: string[] = []
  for (const [name, text] of Object.entries(given)) {
    const key = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name
    if (values.has(key) && values.get(key) !== text)
      refuse(key, 'it is given twice, by its name and by its alias')
    values.set(key, checkValue(key, text.trim(), notes))
  }
  const settings = settle(values)
  checkTogether(settings, values, channels)
  return { settings, ignored: notes }
}

function checkValue(name: string, text: string, notes: string[]): string {
  const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined
  if (number !== undefined) {
    checkNumber(name, text, number)
    return text
  }
  const allowed = Object.hasOwn(choices, name) ? choices[name] : undefined
  if (allowed !== undefined) {
    if (!allowed.includes(text)) refuse(name, reasonFor(text), text, `one of ${allowed.join(', ')}`)
    if (name === 'tree_method' && text !== 'hist' && text !== 'auto') {
      notes.push(`tree_method=${text} is trained as hist`)
    }
    return text
  }
  if (name === 'objective' || name === 'eval_metric') return text
  if (Object.hasOwn(ignored, name)) {
    notes.push(`${name} is ignored: ${ignored[name]}`)
    return text
  }
  if (Object.hasOwn(refused, name)) return refuse(name, `${refused[name]}`)
  return refuse(name, 'the algorithm knows no hyperparameter of this name')
}

function reasonFor(value: string): string {
  if (value.startsWith('gpu_')) return 'the local trainer has no GPU'
  return 'the local trainer does not implement this value'
}

function checkNumber(name: string, text: string, { min, max, open, integer }: NumberRule): void {
  const value = text === '' ? Number.NaN : Number(text)
  const low = min === undefined || (open === undefined ? value >= min : value > min)
  const high = max === undefined || (open === 'both' ? value < max : value <= max)
  if (Number.isFinite(value) && low && high && (integer === undefined || Number.isInteger(value))) return
  const kind = integer === true ? 'an integer' : 'a number'
  const from = min === undefined ? '' : open === undefined ? ` of ${min} or more` : ` above ${min}`
  const to = max === undefined ? '' : open === 'both' ? `, below ${max}` : `, ${max} at most`
  refuse(name, 'the value is out of range', text, `${kind}${from}${to}`)
}

function settle(values: ReadonlyMap<string, string>): Settings {
  const number = (name: string, fallback: number) => Number(values.get(name) ?? fallback)
  const given = values.get('objective') ?? 'reg:squarederror'
  const objective = given === 'reg:linear' ? 'reg:squarederror' : given
  if (!Object.hasOwn(objectives, objective)) {
    refuse('objective', reasonFor(objective), objective, `one of ${Object.keys(objectives).join(', ')}`)
  }
  if (!values.has('num_round')) refuse('num_round', 'it is required', undefined, 'an integer of 1 or more')
  const linear = values.get('booster') === 'gblinear'
  const early = values.get('early_stopping_rounds')
  const baseScore = values.get('base_score')
  return {
    rounds: number('num_round', 1),
    booster: linear ? 'gblinear' : 'gbtree',
    objective,
    evalMetrics: metricsOf(values.get('eval_metric'), objective, number('tweedie_variance_power', 1.5)),
    earlyStoppingRounds: early === undefined ? undefined : Number(early),
    csvWeights: number('csv_weights', 0) === 1,
    // Defaults as in xgboost's documentation of parameters; the linear booster has its own.
    eta: number('eta', linear ? 0.5 : 0.3),
    maxDepth: number('max_depth', 6),
    maxLeaves: number('max_leaves', 0),
    lossguide: values.get('grow_policy') === 'lossguide',
    minChildWeight: number('min_child_weight', 1),
    maxDeltaStep: number('max_delta_step', objective === 'count:poisson' ? 0.7 : 0),
    gamma: number('gamma', 0),
    lambda: number('lambda', linear ? 0 : 1),
    alpha: number('alpha', 0),
    subsample: number('subsample', 1),
    colsampleByTree: number('colsample_bytree', 1),
    colsampleByLevel: number('colsample_bylevel', 1),
    colsampleByNode: number('colsample_bynode', 1),
    parallelTrees: number('num_parallel_tree', 1),
    maxBin: number('max_bin', 256),
    scalePosWeight: number('scale_pos_weight', 1),
    tweedieVariancePower: number('tweedie_variance_power', 1.5),
    baseScore: baseScore === undefined ? undefined : Number(baseScore),
    seed: number('seed', 0),
  }
}

function metricsOf(text: string | undefined, objective: string, power: number): MetricName[] {
  const fallback = objectiveOf(objective).metric
  const asked = (text ?? fallback).replace(/^\[|\]$/g, '').split(',')
  const names = asked.map((name) => name.trim().replace(/^['"]|['"]$/g, '')).filter((name) => name !== '')
  return names.map((name) => {
    const full = name === 'tweedie-nloglik' ? `${name}@${power}` : name
    if (metricNamed(full) === undefined) {
      refuse(
        'eval_metric',
        'the local trainer does not implement this metric',
        name,
        `of ${metricNames.join(', ')}`,
      )
    }
    return full
  })
}

function checkTogether(
  settings: Settings,
  values: ReadonlyMap<string, string>,
  channels: { readonly validation: boolean },
): void {
  const { classes } = objectiveOf(settings.objective)
  if (settings.earlyStoppingRounds !== undefined) {
    if (!values.has('eval_metric')) refuse('early_stopping_rounds', 'early stopping needs an eval_metric')
    if (!channels.validation) refuse('early_stopping_rounds', 'early stopping needs a validation channel')
    if (settings.booster === 'gblinear') refuse('early_stopping_rounds', 'gblinear has no early stopping')
  }
  for (const metric of settings.evalMetrics) {
    if (metricNamed(metric)?.classes === true && !classes) {
      refuse('eval_metric', `${metric} applies to classification only, not to ${settings.objective}`)
    }
  }
  const { baseScore } = settings
  if (
    baseScore !== undefined &&
    settings.objective.endsWith('logistic') &&
    (baseScore <= 0 || baseScore >= 1)
  ) {
    refuse(
      'base_score',
      'a logistic objective starts from a probability',
      String(baseScore),
      'above 0, below 1',
    )
  }
  if (baseScore !== undefined && /poisson|gamma|tweedie/.test(settings.objective) && baseScore <= 0) {
    refuse('base_score', `${settings.objective} starts from a mean`, String(baseScore), 'a number above 0')
  }
  const updater = values.get('updater')
  const linear = settings.booster === 'gblinear'
  if (updater !== undefined && updater !== 'auto' && linear !== /shotgun|coord_descent/.test(updater)) {
    refuse('updater', `${updater} does not belong to the booster ${settings.booster}`)
  }
  if (!linear && settings.maxDepth === 0 && settings.maxLeaves === 0) {
    refuse('max_depth', 'a tree without a bound on its depth needs max_leaves', '0', '1 or more')
  }
}

function refuse(name: string, reason: string, got?: string, expected?: string): never {
  throw new RegimenError('HyperparameterRefused', {
    what: `hyperparameter ${name}: ${reason}`,
    ...(got === undefined ? {} : { got }),
    ...(expected === undefined ? {} : { expected }),
  })
}
