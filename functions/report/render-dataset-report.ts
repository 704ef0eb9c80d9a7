/** The page of a dataset version: whether it is good enough, what its columns hold, and how they move together. */
import type { z } from 'zod'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import type { contracts } from '../stages.ts'
import { formatCount, formatTime } from './format-number.ts'
import { html } from './markup.ts'
import { page } from './page.ts'
import { principalName } from './principal-name.ts'
import { profileTable } from './profile-table.ts'
import { computedIn, facts } from './section.ts'

export interface DatasetReport {
  readonly request: z.output<(typeof contracts.reportDataset)['input']>
  readonly project: Project
  readonly profile: Profile
}

export function renderDatasetReport({ request, project, profile }: DatasetReport): string {
  const { dataset, quality } = request
  const { origin } = dataset
  return page({
    kind: 'Dataset report',
    title: `${dataset.name}@${dataset.version}`,
    verdict: html`<div class="${quality.passed ? 'verdict' : 'verdict alert'}"><p><strong>${quality.passed ? 'Keeps its contract' : 'Has findings'}</strong></p><p>${quality.summary}.</p></div>`,
    facts: facts([
      ['Use case', project.title],
      ['Rows', formatCount(profile.rows)],
      ['Columns', formatCount(Object.keys(profile.columns).length)],
      ['Source', origin.source ?? origin.location],
      ['Attribution', origin.attribution ?? project.source.attribution],
      ['Licence', origin.licence ?? project.source.licence],
      ['SHA-256', html`<code>${dataset.sha256}</code>`],
      ['Imported by', principalName(request.requestedBy)],
      ['Imported', formatTime(request.startedAt)],
    ]),
    caveat: '',
    sections: [
      {
        id: 'columns',
        title: 'What its columns hold',
        body: [
          profileTable(profile, project),
          computedIn('functions/profile/merge-profile.ts', 'functions/profile/quality.ts'),
        ],
      },
    ],
  })
}
