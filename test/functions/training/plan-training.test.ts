import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RegimenError } from '../../../functions/errors.ts'
import { type Algorithm, planTraining } from '../../../functions/training/plan-training.ts'
import { buildProject } from '../evaluation/build-run.ts'

const rows = { train: 700, validation: 100, calibration: 100, test: 100 }
const positives = { train: 70, validation: 10, calibration: 10, test: 10 }

interface Request {
  project?: Record<string, unknown>
  algorithm?: Algorithm
  set?: Record<string, string | number>
  rows?: Partial<typeof rows>
  positives?: Partial<typeof positives>
}

const plan = ({ project, algorithm, set = {}, ...data }: Request = {}) =>
  planTraining({
    project: buildProject(project),
    algorithm,
    hyperparameters: set,
    rows: { ...rows, ...data.rows },
    positives: { ...positives, ...data.positives },
  })

const refusal = (request: Request): string => {
  try {
    plan(request)
  } catch (error) {
    if (error instanceof RegimenError) return `${error.name}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('the plan of a training job', () => {
  it('has sensible defaults, and early stopping watches the last metric', () => {
    expect(plan()).toEqual({
      hyperparameters: {
        objective: 'binary:logistic',
        eval_metric: 'logloss,auc',
        seed: '1',
        num_round: '200',
        eta: '0.1',
        max_depth: '6',
        subsample: '0.8',
        colsample_bytree: '0.8',
        min_child_weight: '5',
        early_stopping_rounds: '30',
      },
      instanceType: 'ml.m5.xlarge',
      maxRuntimeSeconds: 3_600,
      tuning: null,
    })
  })

  it('lets the request win over the project, and the project over the defaults', () => {
    const { hyperparameters } = plan({
      project: { hyperparameters: { eta: 0.05, max_depth: 4 } },
      set: { eta: '0.3' },
    })
    expect(hyperparameters).toMatchObject({ eta: '0.3', max_depth: '4', subsample: '0.8' })
  })

  it('is a random forest, or a logistic regression, by other settings of one algorithm', () => {
    expect(plan({ algorithm: 'random-forest' }).hyperparameters).toMatchObject({
      num_round: '1',
      num_parallel_tree: '200',
      eta: '1',
      colsample_bynode: '0.3',
    })
    const linear = plan({ algorithm: 'logistic-regression' }).hyperparameters
    expect(linear).toMatchObject({ booster: 'gblinear', updater: 'coord_descent' })
    expect(linear).not.toHaveProperty('early_stopping_rounds')
  })

  it('does not carry what a project settled for one algorithm to another', () => {
    const project = { hyperparameters: { num_round: 300, early_stopping_rounds: 20 } }
    expect(plan({ project, algorithm: 'random-forest' }).hyperparameters.num_round).toBe('1')
    expect(plan({ project }).hyperparameters.num_round).toBe('300')
  })

  it('predicts a number for a regression', () => {
    expect(plan({ project: { task: 'regression' } }).hyperparameters).toMatchObject({
      objective: 'reg:squarederror',
      eval_metric: 'mae,rmse',
    })
  })
})

describe('a hyperparameter', () => {
  it('of an unknown name is refused with the names that there are', () => {
    expect(refusal({ set: { learning_rate: 0.1 } })).toMatch(
      /^HyperparameterRefused: the training would fail, hyperparameter "learning_rate": got an unknown name; expected one of num_round, /,
    )
    expect(refusal({ set: { constructor: 1 } })).toContain('got an unknown name')
  })

  it.each([
    [{ eta: 1.5 }, 'hyperparameter "eta": got "1.5"; expected a number from 0 up to 1'],
    [{ subsample: 0 }, 'hyperparameter "subsample": got "0"; expected a number above 0 up to 1'],
    [{ max_depth: 2.5 }, 'hyperparameter "max_depth": got "2.5"; expected a whole number from 0'],
    [{ num_round: 'many' }, 'hyperparameter "num_round": got "many"; expected a whole number from 1'],
    [{ booster: 'tree' }, 'hyperparameter "booster": got "tree"; expected one of gbtree, gblinear, dart'],
    [{ eta: 'NaN' }, 'hyperparameter "eta": got "NaN"'],
    [{ lambda: 'Infinity' }, 'hyperparameter "lambda": got "Infinity"'],
    [{ eval_metric: 'auc,ndcg' }, 'hyperparameter "eval_metric": got "auc,ndcg"'],
    [{ objective: 'reg:squarederror' }, 'expected one of binary:logistic for classification'],
    [{ eval_metric: 'mape' }, 'hyperparameter "eval_metric": got mape'],
  ])('out of its range is refused: %j', (set, message) => {
    expect(refusal({ set: set as Record<string, string | number> })).toContain(message)
  })

  it('that stops early is refused where nothing can be watched', () => {
    expect(refusal({ algorithm: 'logistic-regression', set: { early_stopping_rounds: 5 } })).toContain(
      'expected none, since gblinear has no early stopping',
    )
    expect(refusal({ set: { booster: 'gblinear' } })).toContain('gblinear has no early stopping')
    expect(refusal({ set: { eval_metric: '' } })).toContain('hyperparameter "eval_metric": got ""')
  })

  it('of trees is refused for a linear booster', () => {
    expect(refusal({ algorithm: 'logistic-regression', set: { max_depth: 3 } })).toContain(
      'hyperparameter "max_depth": got 3; expected none, since gblinear grows no trees and ignores it',
    )
  })

  it('of monotone constraints is refused with a tree method that the algorithm refuses them with', () => {
    const constraints = { monotone_constraints: '(1,0,-1)' }
    expect(refusal({ set: constraints })).toContain('got (1,0,-1) with tree_method not set')
    for (const method of ['auto', 'approx'])
      expect(refusal({ set: { ...constraints, tree_method: method } })).toContain(
        `hyperparameter "monotone_constraints": got (1,0,-1) with tree_method ${method}; expected tree_method set to exact or hist`,
      )
    for (const method of ['exact', 'hist'])
      expect(plan({ set: { ...constraints, tree_method: method } }).hyperparameters).toMatchObject({
        ...constraints,
        tree_method: method,
      })
  })

  it('becomes the string of the same number', () => {
    const values = fc.record({
      eta: fc.double({ min: 0, max: 1, noNaN: true }),
      max_depth: fc.integer({ min: 0, max: 40 }),
      subsample: fc.double({ min: 1e-12, max: 1, noNaN: true }),
      alpha: fc.double({ min: 0, max: 1e9, noNaN: true }),
    })
    fc.assert(
      fc.property(values, (set) => {
        const { hyperparameters } = plan({ set })
        for (const [name, value] of Object.entries(set)) expect(Number(hyperparameters[name])).toBe(value)
      }),
    )
  })
})

describe('training data', () => {
  it('without rows on a side is refused', () => {
    expect(refusal({ rows: { calibration: 0 } })).toBe(
      'TrainingDataUnusable: the split leaves a side without rows, on the calibration side: got 0 labelled rows; expected at least one; give it a larger share in split, or more data',
    )
  })

  it('of one class is refused where the model learns or stops', () => {
    expect(refusal({ positives: { train: 0 } })).toContain('on the train side: got 0 positive of 700 rows')
    expect(refusal({ positives: { validation: 100 } })).toContain(
      'on the validation side: got 100 positive of 100 rows',
    )
    expect(refusal({ positives: { test: 0 } })).toBe('accepted')
    expect(refusal({ project: { task: 'regression' }, positives: { train: 0 } })).toBe('accepted')
  })
})
