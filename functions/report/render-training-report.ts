/** The page of a training run: what the data held, how good the model is, for whom, and why it may or may not pass. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import type { Decision } from '../scoring/decision.ts'
import { escapeHtml } from './escape.ts'
import type { ReportRequest } from './manifest.ts'

export interface TrainingReport {
  readonly request: Extract<ReportRequest, { purpose: 'training' }>
  readonly project: Project
  readonly profile: Profile
  readonly evaluation: Evaluation
  readonly decision: Decision
}

export function renderTrainingReport({ project, evaluation }: TrainingReport): string {
  const metrics = Object.entries(evaluation.metrics).map(
    ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${value ?? '–'}</td></tr>`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(project.title)}</title>
<h1>${escapeHtml(project.title)}</h1><table>${metrics.join('')}</table></html>`
}
