/** How good a classifier is: ranking, probabilities, and what happens at the threshold. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Project } from '../project.ts'
import { calibrationCurve } from './calibration-curve.ts'
import { confusionMatrix } from './confusion-matrix.ts'
import { formatCount, formatDecimal, formatLift, formatShare } from './format-number.ts'
import { histogram } from './histogram.ts'
import { html, type Markup } from './markup.ts'
import { precisionRecallCurve } from './precision-recall-curve.ts'
import { rocCurve } from './roc-curve.ts'
import { computedIn, figure, figures, type Section, table } from './section.ts'

export function qualitySections(evaluation: Evaluation, project: Project): Section[] {
  return [
    rankingSection(evaluation),
    probabilitySection(evaluation, project),
    thresholdSection(evaluation, project),
  ]
}

function rankingSection(evaluation: Evaluation): Section {
  const { curves, metrics, confusion, prevalence, simpleModel } = evaluation
  const { recall, precision } = metrics
  if (curves === null)
    return {
      id: 'ranking',
      title: 'Telling the two apart',
      body: html`<p>No curve can be drawn: ${evaluation.reasons.rocAuc ?? 'the test side does not hold both classes'}.</p>`,
    }
  return {
    id: 'ranking',
    title: 'Telling the two apart',
    body: figures(
      figure({
        title: 'ROC curve',
        drawing: rocCurve({ points: curves.roc, area: metrics.rocAuc ?? null, confusion }),
        note:
          simpleModel === null
            ? 'The area is the chance that a positive row is ranked above a negative one.'
            : `The area is the chance that a positive row is ranked above a negative one. The best single feature alone, ${simpleModel.label}, reaches ${formatDecimal(simpleModel.rocAuc)}.`,
        files: ['functions/evaluation/ranking.ts', 'functions/evaluation/curves.ts'],
      }),
      figure({
        title: 'Precision and recall',
        drawing: precisionRecallCurve({
          points: curves.precisionRecall,
          averagePrecision: metrics.prAuc ?? null,
          prevalence,
          simple: simpleModel?.prAuc ?? null,
          working: recall == null || precision == null ? null : { recall, precision },
        }),
        note: 'Flagging everybody has a precision of the prevalence. The lines of the prevalence and of the simple model are average precisions.',
        files: ['functions/evaluation/ranking.ts', 'functions/evaluation/simple-model.ts'],
      }),
    ),
  }
}

function probabilitySection(evaluation: Evaluation, project: Project): Section {
  const { curves, metrics, scoreHistogram, threshold } = evaluation
  const edges = [...scoreHistogram.map(({ from }) => from), scoreHistogram.at(-1)?.to ?? 1]
  return {
    id: 'probabilities',
    title: 'Probabilities',
    body: [
      figures(
        curves !== null &&
          figure({
            title: 'Calibration',
            drawing: calibrationCurve(curves.calibration, metrics.expectedCalibrationError ?? null),
            note: `Points on the dashed line mean what they say. Expected calibration error ${formatDecimal(metrics.expectedCalibrationError)}, Brier score ${formatDecimal(metrics.brier)}.`,
            files: ['functions/evaluation/probability-metrics.ts', 'functions/scoring/calibrate.ts'],
          }),
        scoreHistogram.length > 0 &&
          figure({
            title: 'Predicted probabilities by class',
            drawing: histogram({
              id: 'score-histogram',
              title: 'Predicted probabilities by class',
              description: `Shares of each class over ${scoreHistogram.length} bins of predicted probability.`,
              bins: {
                edges,
                front: { name: 'positive', counts: scoreHistogram.map(({ positives }) => positives) },
                behind: { name: 'negative', counts: scoreHistogram.map(({ negatives }) => negatives) },
              },
              label: 'Calibrated probability',
              format: (value) => formatShare(value, 0),
              ...(threshold === null ? {} : { mark: { value: threshold.value, words: 'threshold' } }),
            }),
            note: html`Positive: ${project.label.meaning}. Each class adds up to 100 % on its own, so that the rarer one is seen.`,
            files: ['functions/evaluation/curves.ts'],
          }),
      ),
      html`<h3>Is the confidence kept?</h3>`,
      coverageTable(evaluation),
    ],
  }
}

export function coverageTable({ conformal, task }: Evaluation): Markup {
  const isRegression = task === 'regression'
  return html`${table(
    'Conformal sets on the test side: how often they hold the truth, and how often they decide',
    [
      { title: 'Promised', number: true },
      { title: 'Kept', number: true },
      ...(isRegression
        ? []
        : [
            { title: 'among positives', number: true },
            { title: 'among negatives', number: true },
          ]),
      { title: isRegression ? 'Bounded interval' : 'One outcome left', number: true },
      { title: isRegression ? 'Open interval' : 'Both left', number: true },
      ...(isRegression ? [] : [{ title: 'None left', number: true }]),
    ],
    conformal.map((row) => [
      formatShare(row.level, 0),
      formatShare(row.coverage),
      ...(isRegression ? [] : [formatShare(row.coveragePositives), formatShare(row.coverageNegatives)]),
      formatShare(row.single),
      formatShare(row.both),
      ...(isRegression ? [] : [formatShare(row.empty)]),
    ]),
  )}${computedIn('functions/evaluation/conformal-coverage.ts', 'functions/scoring/conformal.ts')}`
}

function thresholdSection(evaluation: Evaluation, { label }: Project): Section {
  const { confusion, threshold, top, metrics, prevalence } = evaluation
  return {
    id: 'threshold',
    title: 'At the threshold',
    body: [
      threshold !== null &&
        html`<p>Predictions of at least ${formatDecimal(threshold.value)} are flagged. The threshold is the one of ${threshold.rule}.</p>`,
      confusion !== null &&
        figure({
          title: 'Confusion matrix',
          drawing: confusionMatrix(confusion, label),
          note: `Accuracy ${formatShare(metrics.accuracy)}, F1 ${formatDecimal(metrics.f1)}; ${formatShare(metrics.flaggedShare)} of all rows are flagged.`,
          files: ['functions/evaluation/confusion.ts', 'functions/scoring/decision-threshold.ts'],
        }),
      html`<h3>If only so many can be looked at</h3>`,
      table(
        `Precision among the rows of highest score, where ${formatShare(prevalence)} are positive in all`,
        [
          { title: 'The first', number: true },
          { title: 'Rows', number: true },
          { title: 'Precision', number: true },
          { title: 'Lift', number: true },
        ],
        top.map(({ share, rows, precision, lift }) => [
          formatShare(share, 0),
          formatCount(rows),
          formatShare(precision),
          formatLift(lift),
        ]),
      ),
      computedIn('functions/evaluation/top-share.ts'),
    ],
  }
}
