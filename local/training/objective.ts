/** The objectives: link, gradients, label domain and starting intercept, by the name that XGBoost gives them. */

export interface ObjectiveSettings {
  readonly maxDeltaStep: number
  readonly tweedieVariancePower: number
}

export interface Objective {
  /** The metric that is reported when none is asked for. */
  readonly metric: string
  /** True where the labels are the two classes 0 and 1. */
  readonly classes: boolean
  /** Labels that the loss is defined for, in words and as a test. */
  readonly labels: { readonly rule: string; holds(label: number): boolean }
  /** Margin to what `predict` gives. */
  predict(margin: number): number
  /** Base score (on the label's scale) to margin. */
  margin(baseScore: number): number
  /** First derivative of the loss by the margin. */
  gradient(margin: number, prediction: number, label: number, settings: ObjectiveSettings): number
  /** Second derivative, or the upper bound that XGBoost uses in its place. */
  hessian(margin: number, prediction: number, label: number, settings: ObjectiveSettings): number
}

export const sigmoid = (margin: number) => 1 / (1 + Math.exp(-margin))
const logit = (probability: number) => -Math.log(1 / probability - 1)
const finite = { rule: 'finite numbers', holds: () => true }
const nonNegative = { rule: 'numbers of 0 or more', holds: (label: number) => label >= 0 }
const positive = { rule: 'numbers above 0', holds: (label: number) => label > 0 }
const unitInterval = { rule: 'numbers from 0 to 1', holds: (label: number) => label >= 0 && label <= 1 }
const zeroOne = { rule: '0 and 1', holds: (label: number) => label === 0 || label === 1 }

const logistic: Objective = {
  metric: 'logloss',
  classes: true,
  labels: zeroOne,
  predict: sigmoid,
  margin: logit,
  gradient: (_margin, prediction, label) => prediction - label,
  // Floor as in xgboost/src/objective/regression_loss.h, LogisticRegression::SecondOrderGradient.
  hessian: (_margin, prediction) => Math.max(prediction * (1 - prediction), 1e-16),
}

const squaredError: Objective = {
  metric: 'rmse',
  classes: false,
  labels: finite,
  predict: (margin) => margin,
  margin: (baseScore) => baseScore,
  gradient: (_margin, prediction, label) => prediction - label,
  hessian: () => 1,
}

const logLink = { classes: false, predict: Math.exp, margin: Math.log }

/** Formulas: xgboost 3.x, src/objective/regression_obj.cu and regression_loss.h. */
export const objectives: Readonly<Record<string, Objective>> = {
  'binary:logistic': logistic,
  'reg:logistic': { ...logistic, metric: 'rmse', classes: false, labels: unitInterval },
  'reg:squarederror': squaredError,
  'count:poisson': {
    ...logLink,
    metric: 'poisson-nloglik',
    labels: nonNegative,
    gradient: (_margin, prediction, label) => prediction - label,
    hessian: (margin, _prediction, _label, { maxDeltaStep }) => Math.exp(margin + maxDeltaStep),
  },
  'reg:gamma': {
    ...logLink,
    metric: 'gamma-nloglik',
    labels: positive,
    gradient: (_margin, prediction, label) => 1 - label / prediction,
    hessian: (_margin, prediction, label) => label / prediction,
  },
  'reg:tweedie': {
    ...logLink,
    metric: 'tweedie-nloglik',
    labels: nonNegative,
    gradient: (margin, _prediction, label, { tweedieVariancePower: power }) =>
      Math.exp((2 - power) * margin) - label * Math.exp((1 - power) * margin),
    hessian: (margin, _prediction, label, { tweedieVariancePower: power }) =>
      (2 - power) * Math.exp((2 - power) * margin) - label * (1 - power) * Math.exp((1 - power) * margin),
  },
}

/** @throws TypeError `unknown objective: …`. */
export function objectiveOf(name: string): Objective {
  const objective = Object.hasOwn(objectives, name) ? objectives[name] : undefined
  if (objective !== undefined) return objective
  throw new TypeError(`unknown objective: ${name}; expected one of ${Object.keys(objectives).join(', ')}`)
}
