import { expect, test } from 'vitest'
import { parseHyperparameters } from '../../../local/training/hyperparameters.ts'
import { settingsOf } from './tables.ts'

const parse = (given: Record<string, string>, validation = true) =>
  parseHyperparameters({ num_round: '10', ...given }, { validation })

test('reads strings, aliases and lists of metrics, and fills in the defaults of XGBoost', () => {
  const { settings } = parse({
    objective: 'binary:logistic',
    learning_rate: '0.1',
    eval_metric: 'logloss,auc',
  })
  expect(settings).toMatchObject({
    rounds: 10,
    eta: 0.1,
    maxDepth: 6,
    lambda: 1,
    evalMetrics: ['logloss', 'auc'],
  })
  expect(settingsOf({ booster: 'gblinear' })).toMatchObject({ eta: 0.5, lambda: 0 })
})

test('names what has no effect here, with the reason', () => {
  expect(parse({ verbosity: '2', tree_method: 'exact' }).ignored).toEqual([
    'verbosity is ignored: the log is always the same',
    'tree_method=exact is trained as hist',
  ])
})

test.each<[Record<string, string>, string]>([
  [
    { eta: '2' },
    'hyperparameter eta: the value is out of range: got 2; expected a number of 0 or more, 1 at most',
  ],
  [
    { max_depth: '2.5' },
    'hyperparameter max_depth: the value is out of range: got 2.5; expected an integer of 0 or more',
  ],
  [
    { subsample: '0' },
    'hyperparameter subsample: the value is out of range: got 0; expected a number above 0, 1 at most',
  ],
  [{ gamma: '' }, 'hyperparameter gamma: the value is out of range: got ; expected a number of 0 or more'],
  [
    { tree_method: 'gpu_hist' },
    'hyperparameter tree_method: the local trainer has no GPU: got gpu_hist; expected one of auto, hist, approx, exact',
  ],
  [
    { booster: 'dart' },
    'hyperparameter booster: the local trainer does not implement this value: got dart; expected one of gbtree, gblinear',
  ],
  [
    { monotone_constraints: '(1,0)' },
    'hyperparameter monotone_constraints: constraints are not implemented by the local trainer',
  ],
  [
    { early_stopping_rounds: '5' },
    'hyperparameter early_stopping_rounds: early stopping needs an eval_metric',
  ],
  [
    { early_stopping_rounds: '5', eval_metric: 'rmse', booster: 'gblinear' },
    'hyperparameter early_stopping_rounds: gblinear has no early stopping',
  ],
  [
    { eval_metric: 'auc' },
    'hyperparameter eval_metric: auc applies to classification only, not to reg:squarederror',
  ],
  [{ max_dept: '3' }, 'hyperparameter max_dept: the algorithm knows no hyperparameter of this name'],
  [
    { eta: '0.1', learning_rate: '0.2' },
    'hyperparameter eta: it is given twice, by its name and by its alias',
  ],
  [
    { objective: 'binary:logistic', base_score: '1' },
    'hyperparameter base_score: a logistic objective starts from a probability: got 1; expected above 0, below 1',
  ],
])('refuses %j', (given, message) => {
  expect(() => parse(given)).toThrow(expect.objectContaining({ name: 'HyperparameterRefused', message }))
})

test('early stopping without a validation channel is refused', () => {
  expect(() => parse({ early_stopping_rounds: '5', eval_metric: 'rmse' }, false)).toThrow(
    'hyperparameter early_stopping_rounds: early stopping needs a validation channel',
  )
})

test('the number of rounds is required', () => {
  expect(() => parseHyperparameters({ eta: '0.1' }, { validation: false })).toThrow(
    'hyperparameter num_round: it is required: expected an integer of 1 or more',
  )
})
