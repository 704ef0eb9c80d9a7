/** Settles what a training job gets: hyperparameters merged from defaults, preset, project and request, all checked. */
import { RegimenError } from '../errors.ts'
import { type Side, sides } from '../layout.ts'
import type { Project } from '../project.ts'
import { checkHyperparameter, evalMetrics, objectives, refused } from './hyperparameters.ts'
import { planTuning, type TuningPlan, type TuningRequest } from './tuning.ts'

type Values = Readonly<Record<string, string | number>>
export type Algorithm = Project['algorithm']

export interface TrainingRequest {
  readonly project: Project
  /** Labelled rows per side of the split, and those of a label above 0.5. */
  readonly rows: Readonly<Partial<Record<Side, number>>>
  readonly positives: Readonly<Partial<Record<Side, number>>>
  readonly algorithm?: Algorithm | undefined
  readonly hyperparameters: Values
  readonly tuning?: TuningRequest | undefined
}

export interface TrainingPlan {
  readonly hyperparameters: Record<string, string>
  readonly instanceType: string
  readonly maxRuntimeSeconds: number
  /** Null for a training at these hyperparameters. */
  readonly tuning: TuningPlan | null
}

/** Three settings of one algorithm. */
const presets: Readonly<Record<Algorithm, Values>> = {
  xgboost: {
    num_round: 200,
    eta: 0.1,
    max_depth: 6,
    subsample: 0.8,
    colsample_bytree: 0.8,
    min_child_weight: 5,
    early_stopping_rounds: 30,
  },
  /** One round of many trees at full step (XGBoost documentation, "Random Forests in XGBoost"). */
  'random-forest': {
    num_round: 1,
    num_parallel_tree: 200,
    eta: 1,
    subsample: 0.8,
    colsample_bynode: 0.3,
    max_depth: 12,
    min_child_weight: 5,
  },
  /** Coordinate descent, since the default updater of gblinear races between threads and never repeats itself. */
  'logistic-regression': {
    booster: 'gblinear',
    updater: 'coord_descent',
    num_round: 100,
    eta: 0.5,
    lambda: 0.001,
    alpha: 0,
  },
}

/** Early stopping watches the last metric named, as XGBoost does. */
const taskDefaults = {
  classification: { objective: 'binary:logistic', eval_metric: 'logloss,auc' },
  regression: { objective: 'reg:squarederror', eval_metric: 'mae,rmse' },
} as const

const onlyForTrees = [
  'max_depth',
  'max_leaves',
  'max_bin',
  'min_child_weight',
  'gamma',
  'subsample',
  'colsample_bytree',
  'colsample_bylevel',
  'colsample_bynode',
  'num_parallel_tree',
  'tree_method',
  'grow_policy',
  'monotone_constraints',
]

/**
 * Later ones win: defaults of the task, preset of the algorithm, project (if it is for this algorithm), request.
 * @throws RegimenError `HyperparameterRefused` or `TrainingDataUnusable`.
 */
export function planTraining(request: TrainingRequest): TrainingPlan {
  const { project } = request
  refuseUnusableData(request)
  const kind = project.task === 'regression' ? 'regression' : 'classification'
  const algorithm = request.algorithm ?? project.algorithm
  const merged: Values = {
    ...taskDefaults[kind],
    seed: project.split.seed,
    ...presets[algorithm],
    // What the project settles for one algorithm, 200 rounds for instance, is wrong for another.
    ...(algorithm === project.algorithm ? project.hyperparameters : {}),
    ...request.hyperparameters,
  }
  const hyperparameters = Object.fromEntries(
    Object.entries(merged).map(([name, value]) => [name, checkHyperparameter(name, value)]),
  )
  refuseCombinations(hyperparameters, kind)
  return {
    hyperparameters,
    instanceType: project.trainingInstanceType,
    maxRuntimeSeconds: project.trainingTimeoutSeconds,
    tuning:
      request.tuning === undefined ? null : planTuning(request.tuning, hyperparameters, project.split.seed),
  }
}

function refuseCombinations(values: Readonly<Record<string, string>>, kind: keyof typeof objectives): void {
  const {
    objective = '',
    booster = 'gbtree',
    early_stopping_rounds: patience,
    eval_metric: metrics = '',
  } = values
  const allowed: readonly string[] = objectives[kind]
  if (!allowed.includes(objective))
    throw refused('objective', objective, `one of ${allowed.join(', ')} for ${kind}`)
  const known: readonly string[] = evalMetrics[kind]
  const wrong = metrics
    .split(',')
    .find((metric) => metric !== '' && !known.includes(metric.replace(/@.*$/, '')))
  if (wrong !== undefined) throw refused('eval_metric', wrong, `some of ${known.join(', ')} for ${kind}`)
  if (patience !== undefined && booster === 'gblinear')
    throw refused('early_stopping_rounds', patience, 'none, since gblinear has no early stopping')
  if (patience !== undefined && metrics === '')
    throw refused('early_stopping_rounds', patience, 'an eval_metric that it can watch')
  const misplaced =
    booster === 'gblinear' ? onlyForTrees.find((name) => values[name] !== undefined) : undefined
  if (misplaced !== undefined)
    throw refused(misplaced, values[misplaced] ?? '', 'none, since gblinear grows no trees and ignores it')
  const { monotone_constraints: constraints, tree_method: method } = values
  // The algorithm's container takes them with these two alone, named (hyperparameter_validation.py).
  if (constraints !== undefined && method !== 'exact' && method !== 'hist')
    throw refused(
      'monotone_constraints',
      `${constraints} with tree_method ${method ?? 'not set'}`,
      'tree_method set to exact or hist beside them',
    )
  const tweedie = values.tweedie_variance_power
  if (tweedie !== undefined && objective !== 'reg:tweedie')
    throw refused('tweedie_variance_power', tweedie, 'none without objective reg:tweedie')
}

function refuseUnusableData({ project, rows, positives }: TrainingRequest): void {
  for (const side of sides) {
    if ((rows[side] ?? 0) === 0)
      throw new RegimenError('TrainingDataUnusable', {
        what: 'the split leaves a side without rows',
        where: `on the ${side} side`,
        got: '0 labelled rows',
        expected: 'at least one',
        do: 'give it a larger share in split, or more data',
      })
  }
  if (project.task === 'regression') return
  for (const side of ['train', 'validation'] as const) {
    const all = rows[side] ?? 0
    const positive = positives[side] ?? 0
    if (positive > 0 && positive < all) continue
    throw new RegimenError('TrainingDataUnusable', {
      what: 'every label is the same, so that nothing can be learned',
      where: `on the ${side} side`,
      got: `${positive} positive of ${all} rows`,
      expected: 'both classes',
      do: 'check the label in features.sql, or bring more data',
    })
  }
}
