/** The page of a training run: what the data held, how good the model is, for whom, and why it may or may not pass. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import type { Decision } from '../scoring/decision.ts'
import { explainedPrediction } from './explained-prediction.ts'
import { formatCount, formatShare, formatValue } from './format-number.ts'
import { gateSection } from './gate-section.ts'
import { groupTables } from './group-table.ts'
import { importanceBars } from './importance-bars.ts'
import { labelSection } from './label-section.ts'
import { makingSection } from './making-section.ts'
import type { ReportRequest } from './manifest.ts'
import { html } from './markup.ts'
import { page } from './page.ts'
import { profileTable } from './profile-table.ts'
import { qualitySections } from './quality-sections.ts'
import { regressionSections } from './regression-sections.ts'
import { computedIn, type Section } from './section.ts'
import { timeSection } from './time-section.ts'
import { trainingFacts, trainingHeadline, trainingVerdict } from './training-headline.ts'

export interface TrainingReport {
  readonly request: Extract<ReportRequest, { purpose: 'training' }>
  readonly project: Project
  readonly profile: Profile
  readonly evaluation: Evaluation
  readonly decision: Decision
}

export function renderTrainingReport(report: TrainingReport): string {
  const { project, profile, evaluation } = report
  const isRegression = evaluation.task === 'regression'
  return page({
    kind: 'Training report',
    title: project.title,
    verdict: trainingVerdict(report),
    facts: trainingFacts(report),
    caveat: project.label.caveat,
    sections: [
      { id: 'headline', title: 'In short', body: trainingHeadline(evaluation) },
      gateSection(evaluation),
      labelSection(project),
      ...(isRegression ? regressionSections(evaluation) : qualitySections(evaluation, project)),
      importanceSection(evaluation),
      ...timeSection(evaluation),
      ...(evaluation.groups.length === 0 ? [] : [groupsSection(evaluation)]),
      ...(evaluation.examples.length === 0 ? [] : [examplesSection(evaluation, project)]),
      {
        id: 'data',
        title: 'The data',
        body: [
          profileTable(profile, project),
          computedIn('functions/profile/merge-profile.ts', 'functions/profile/quantiles.ts'),
        ],
      },
      makingSection(report),
    ],
  })
}

function importanceSection({ importance, importanceRows, task }: Evaluation): Section {
  return {
    id: 'importance',
    title: 'What it relies on',
    body: [
      html`<p>How far each feature moves a prediction on average, over ${formatCount(importanceRows)} test rows. It tells what the model uses, not what causes the outcome.</p>`,
      importanceBars(importance, task === 'regression' ? 'units of the label' : 'log-odds'),
      computedIn('functions/evaluation/importance.ts', 'functions/scoring/tree-shap.ts'),
    ],
  }
}

function groupsSection({ groups, task }: Evaluation): Section {
  return {
    id: 'groups',
    title: 'For whom',
    body: [
      html`<p>The same model, measured group by group. Small groups vary by chance; n stands beside every number.</p>`,
      groupTables(groups, task === 'regression'),
      computedIn('functions/evaluation/group-metrics.ts'),
    ],
  }
}

function examplesSection({ examples, task }: Evaluation, { label }: Project): Section {
  const isRegression = task === 'regression'
  return {
    id: 'examples',
    title: 'A few predictions explained',
    body: [
      html`<p>Single test rows of high, middle and low prediction. What could tell whom they are about is left out.</p>`,
      html`<div class="figures">${examples.map((example) =>
        explainedPrediction({
          heading: `Predicted ${isRegression ? formatValue(example.probability) : formatShare(example.probability)}`,
          beside: isRegression
            ? `in truth ${formatValue(example.label)}`
            : `in truth: ${example.label > 0.5 ? label.positive : label.negative}`,
          factors: example.factors,
        }),
      )}</div>`,
      computedIn('functions/evaluation/explain-sample.ts', 'functions/scoring/explain.ts'),
    ],
  }
}
