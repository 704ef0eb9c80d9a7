/** The page of an inference run: what was scored, by which model, and how far the batch has drifted. */
import type { Drift } from '../drift/drift.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import { showableColumns } from './disclosure.ts'
import { driftHistorySection } from './drift-history-section.ts'
import { driftSection } from './drift-section.ts'
import { driftVerdict, verdictBlock } from './drift-verdict.ts'
import { explainedPrediction } from './explained-prediction.ts'
import { formatCount, formatDecimal, formatShare, formatTime, formatValue } from './format-number.ts'
import { headlineCards } from './headline-cards.ts'
import { jointSection } from './joint-section.ts'
import { labelSection } from './label-section.ts'
import type { ReportRequest } from './manifest.ts'
import { html } from './markup.ts'
import { page } from './page.ts'
import { predictionDriftSection } from './prediction-drift-section.ts'
import { choosePredictions, type Score } from './prediction-summary.ts'
import { predictionsSection } from './predictions-section.ts'
import { principalName } from './principal-name.ts'
import { profileTable } from './profile-table.ts'
import { computedIn, facts, type Section } from './section.ts'

export interface InferenceReport {
  readonly request: Extract<ReportRequest, { purpose: 'inference' }>
  readonly project: Project
  readonly profile: Profile
  readonly drift: Drift
  readonly evaluation: Evaluation
  /** As many of the run's scores as were read. */
  readonly scores: readonly Score[]
  /** Lines of the first part of the predictions: JSON, one prediction each. */
  readonly predictionLines: readonly string[]
}

export function renderInferenceReport(report: InferenceReport): string {
  const { request, project, profile, drift } = report
  return page({
    kind: 'Inference report',
    title: project.title,
    verdict: verdictBlock(driftVerdict(drift)),
    facts: facts([
      [
        'Model version',
        request.fellBack
          ? html`${request.modelVersion} <span class="no">fell back: the newer version failed</span>`
          : request.modelVersion,
      ],
      ['Run', html`<code>${request.runId}</code>`],
      ['Started', formatTime(request.startedAt)],
      ['Asked for by', principalName(request.requestedBy)],
      ['Input', html`<code>${fileName(request.inputUri)}</code>`],
      ['Rows', formatCount(request.scores.rows)],
    ]),
    caveat: project.label.caveat,
    sections: [
      headlineSection(report),
      labelSection(project),
      predictionsSection(report),
      ...explainedSection(report),
      ...predictionDriftSection(drift),
      driftSection(drift, showableColumns(project)),
      ...jointSection(drift),
      ...driftHistorySection(drift, request.startedAt),
      {
        id: 'data',
        title: 'The batch',
        body: [
          html`<p>${qualityInWords(drift, profile)}</p>`,
          profileTable(profile, project),
          computedIn('functions/profile/merge-profile.ts', 'functions/profile/quality.ts'),
        ],
      },
    ],
  })
}

/** The object's name alone: a whole URI is in the manifest. */
const fileName = (uri: string) => uri.slice(uri.lastIndexOf('/') + 1)

function headlineSection({ request, project, drift, evaluation }: InferenceReport): Section {
  const { scores } = request
  const isRegression = project.task === 'regression'
  const share = (count: number) => (scores.predictions === 0 ? null : count / scores.predictions)
  return {
    id: 'headline',
    title: 'In short',
    body: [
      headlineCards(
        [
          {
            name: 'Predictions',
            value: formatCount(scores.predictions),
            beside: `from ${formatCount(scores.rows)} rows`,
          },
          {
            name: 'Mean prediction',
            value: isRegression ? formatValue(scores.meanPrediction) : formatShare(scores.meanPrediction),
            beside: isRegression
              ? ''
              : `${formatShare(evaluation.prevalence)} were positive on the test side`,
          },
          {
            name: 'Low confidence',
            value: formatShare(share(scores.lowConfidence)),
            beside: `${formatCount(scores.lowConfidence)} predictions that do not decide at 80 %`,
          },
          {
            name: 'Flagged',
            value: formatShare(share(scores.flagged)),
            beside: isRegression
              ? `at or above ${formatValue(evaluation.threshold?.value)}`
              : `at or above ${formatDecimal(evaluation.threshold?.value)}; ${formatShare(evaluation.metrics.flaggedShare)} on the test side`,
          },
          {
            name: 'Drift score',
            value: formatDecimal(drift.driftScore, 2),
            beside: `share of the features that moved; by importance ${formatDecimal(drift.weightedDriftScore, 2)}`,
          },
          {
            name: 'Missing',
            value: formatShare(drift.missingShare),
            beside: 'of the watched cells of the batch',
          },
        ].filter(({ name }) => !isRegression || name !== 'Flagged'),
      ),
      computedIn(
        'functions/scoring/score-examples.ts',
        'functions/scoring/calibrate.ts',
        'functions/drift/alarm-rule.ts',
      ),
    ],
  }
}

function explainedSection({ request, predictionLines, project }: InferenceReport): Section[] {
  if (!(request.explanations ?? project.prediction.explanations))
    return [
      {
        id: 'examples',
        title: 'A few predictions explained',
        body: html`<p>This run was asked for predictions without explanations.</p>`,
      },
    ]
  const chosen = choosePredictions(predictionLines, project)
  const isRegression = project.task === 'regression'
  if (chosen.length === 0) return []
  return [
    {
      id: 'examples',
      title: 'A few predictions explained',
      body: [
        html`<p>From high to low, out of the first ${formatCount(predictionLines.length)} of the run. What could tell whom they are about is left out.</p>`,
        html`<div class="figures">${chosen.map(({ prediction, confidence, reasons, factors }) =>
          explainedPrediction({
            heading: `Predicted ${isRegression ? formatValue(prediction) : formatShare(prediction)}`,
            beside: `confidence ${formatShare(confidence, 0)}${reasons.length === 0 ? '' : `, low: ${reasons.join('; ')}`}`,
            factors,
          }),
        )}</div>`,
        computedIn('functions/scoring/explain.ts', 'functions/scoring/risk-factors.ts'),
      ],
    },
  ]
}

function qualityInWords(drift: Drift, profile: Profile): string {
  const duplicates = profile.rows === 0 ? 0 : profile.duplicates / profile.rows
  return `${formatCount(profile.rows)} rows, compared with ${formatCount(drift.baselineRows)} that the model was trained on. ${formatShare(drift.missingShare)} of the watched cells are missing; ${formatCount(profile.duplicates)} rows (${formatShare(duplicates)}) repeat an earlier one.`
}
