/** The page of an inference run: what was scored, by which model, and how far the batch has drifted. */
import type { Drift } from '../drift/drift.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import { escapeHtml } from './escape.ts'
import type { ReportRequest } from './manifest.ts'

export interface InferenceReport {
  readonly request: Extract<ReportRequest, { purpose: 'inference' }>
  readonly project: Project
  readonly profile: Profile
  readonly drift: Drift
  readonly evaluation: Evaluation
  /** Lines of the first part of the predictions: JSON, one prediction each. */
  readonly predictionLines: readonly string[]
}

export function renderInferenceReport({ project, drift }: InferenceReport): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(project.title)}</title>
<h1>${escapeHtml(project.title)}</h1><p>${drift.reasons.map(escapeHtml).join(' ')}</p></html>`
}
