/** The page of a dataset version: where it is from, and everything that its profile tells. */
import type { z } from 'zod'
import { ownersOf } from '../dataset/manifest.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import type { contracts } from '../stages.ts'
import { formatTime } from './format-number.ts'
import { html } from './markup.ts'
import { principalName } from './principal-name.ts'
import { renderProfileReport } from './render-profile-report.ts'

export interface DatasetReport {
  readonly request: z.output<(typeof contracts.reportDataset)['input']>
  readonly project: Project
  readonly profile: Profile
}

export function renderDatasetReport({ request, project, profile }: DatasetReport): string {
  const { dataset, quality } = request
  const { origin } = dataset
  const owners = ownersOf(origin, project.source)
  return renderProfileReport({
    title: project.title,
    profile,
    project,
    findings: profile.findings ?? [],
    facts: [
      ['Dataset', html`<code>${dataset.name}@${dataset.version}</code>`],
      ['Quality', quality.summary],
      ['Source', origin.source ?? origin.location],
      ['Attribution', owners.attribution],
      ['Licence', owners.licence],
      ['SHA-256', html`<code>${dataset.sha256}</code>`],
      ['Imported by', principalName(request.requestedBy)],
      ['Imported', formatTime(request.startedAt)],
    ],
  })
}
