/** The first screen of a training report: the outcome, the facts of the run, and the numbers to remember. */
import type { Evaluation, Interval } from '../evaluation/evaluation.ts'
import { isEstimate } from '../profile/estimated-distinct.ts'
import { distinct } from '../profile/quantiles.ts'
import {
  formatCount,
  formatDecimal,
  formatLift,
  formatShare,
  formatSigned,
  formatTime,
  formatValue,
} from './format-number.ts'
import { type Card, headlineCards } from './headline-cards.ts'
import { html, type Markup } from './markup.ts'
import { inWords } from './metric-words.ts'
import { principalName } from './principal-name.ts'
import type { TrainingReport } from './render-training-report.ts'
import { computedIn, facts } from './section.ts'

export function trainingVerdict({ request, evaluation: { gate } }: TrainingReport): Markup {
  const why = inWords(gate.summary.replace(/^(not )?passed: /, ''))
  return request.modelVersion === undefined
    ? html`<div class="verdict alert"><p><strong>Refused by the gate</strong></p><p>${why}. Nothing was registered; the model in production stays.</p></div>`
    : html`<div class="verdict"><p><strong>Model version ${request.modelVersion}, ${gate.passed ? 'passed the gate' : 'registered'}</strong></p><p>${why}.</p></div>`
}

export function trainingFacts({ request, project, profile, evaluation }: TrainingReport): Markup {
  const entity = profile.columns[project.entityKey]
  const about = entity !== undefined && isEstimate(entity) ? 'about ' : ''
  return facts([
    ['Model version', request.modelVersion ?? 'none'],
    ['Run', html`<code>${request.runId}</code>`],
    ['Started', formatTime(request.startedAt)],
    ['Asked for by', principalName(request.requestedBy)],
    ['Dataset', html`<code>${request.dataset.name}@${request.dataset.version}</code>`],
    ['Rows', formatCount(profile.rows)],
    [
      'Entities',
      entity === undefined ? '–' : `${about}${formatCount(distinct(entity))} by ${project.entityKey}`,
    ],
    [
      'Judged on',
      `${formatCount(evaluation.rows)} test rows of ${formatCount(evaluation.entities)} entities`,
    ],
  ])
}

export function trainingHeadline(evaluation: Evaluation): Markup {
  return html`${headlineCards(evaluation.task === 'regression' ? ofNumbers(evaluation) : ofClasses(evaluation))}${computedIn(
    'functions/evaluation/evaluate.ts',
    'functions/evaluation/bootstrap.ts',
    evaluation.task === 'regression'
      ? 'functions/evaluation/regression-metrics.ts'
      : 'functions/evaluation/probability-metrics.ts',
  )}`
}

const between = (interval: Interval | undefined, format: (value: number) => string) =>
  interval === undefined
    ? ''
    : `${Math.round(interval.level * 100)} % interval ${format(interval.low)} to ${format(interval.high)}`

/** The reason stands where the number would have. */
const orWhy = ({ reasons }: Evaluation, metric: string, words: string) => reasons[metric] ?? words

function ofClasses(evaluation: Evaluation): Card[] {
  const { metrics, intervals, prevalence, simpleModel: simple, threshold } = evaluation
  return [
    {
      name: 'ROC AUC',
      value: formatDecimal(metrics.rocAuc),
      beside: orWhy(evaluation, 'rocAuc', between(intervals.rocAuc, formatDecimal)),
    },
    {
      name: 'Simple model, ROC AUC',
      value: formatDecimal(simple?.rocAuc),
      beside:
        simple === null
          ? 'no single feature ranks'
          : `by ${simple.label} alone; this model ${formatSigned(simple.rocAucGain)}`,
    },
    {
      name: 'Average precision',
      value: formatDecimal(metrics.prAuc),
      beside: orWhy(
        evaluation,
        'prAuc',
        `${formatLift(metrics.prAucLift)} the prevalence of ${formatShare(prevalence)}`,
      ),
    },
    {
      name: 'Brier score',
      value: formatDecimal(metrics.brier),
      beside:
        prevalence === null
          ? ''
          : `${formatDecimal(prevalence * (1 - prevalence))} by always saying the prevalence`,
    },
    {
      name: 'Calibration error',
      value: formatDecimal(metrics.expectedCalibrationError),
      beside: 'mean distance of predicted from observed',
    },
    {
      name: 'Recall',
      value: formatShare(metrics.recall),
      beside: orWhy(
        evaluation,
        'recall',
        `of the positives are found at threshold ${formatDecimal(threshold?.value)}`,
      ),
    },
    {
      name: 'Precision',
      value: formatShare(metrics.precision),
      beside: orWhy(
        evaluation,
        'precision',
        `of the flagged are positive; ${formatShare(prevalence)} of all are`,
      ),
    },
    {
      name: 'Flagged',
      value: formatShare(metrics.flaggedShare),
      beside: 'of all rows, at the threshold',
    },
  ]
}

function ofNumbers(evaluation: Evaluation): Card[] {
  const { metrics, intervals } = evaluation
  return [
    {
      name: 'RMSE',
      value: formatValue(metrics.rmse),
      beside: orWhy(evaluation, 'rmse', between(intervals.rmse, formatValue)),
    },
    {
      name: 'MAE',
      value: formatValue(metrics.mae),
      beside: orWhy(evaluation, 'mae', 'mean distance from the truth'),
    },
    {
      name: 'R²',
      value: formatDecimal(metrics.r2),
      beside: orWhy(evaluation, 'r2', 'of the variance is explained; 0 by always saying the mean'),
    },
    {
      name: 'MAPE',
      value: formatShare(metrics.mape),
      beside: orWhy(evaluation, 'mape', 'mean distance as a share of the truth'),
    },
  ]
}
