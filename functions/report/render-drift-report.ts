/** The page of a comparison of two tables on plain files: what moved, how far, and both distributions drawn. */
import type { Drift } from '../drift/drift.ts'
import type { NotCompared } from '../drift/not-compared.ts'
import { driftSection } from './drift-section.ts'
import { driftVerdict, verdictBlock } from './drift-verdict.ts'
import { formatCount, formatDecimal, formatShare, formatTime } from './format-number.ts'
import { headlineCards } from './headline-cards.ts'
import { jointSection } from './joint-section.ts'
import { html } from './markup.ts'
import { page } from './page.ts'
import { computedIn, facts } from './section.ts'

export interface DriftReport {
  readonly drift: Drift
  /** Names of the two tables. */
  readonly baseline: string
  readonly current: string
  readonly notCompared: readonly NotCompared[]
  /** ISO 8601. */
  readonly comparedAt: string
}

/** No project says what may be shown: levels of fewer than eleven rows are counted together, as everywhere. */
export function renderDriftReport({
  drift,
  baseline,
  current,
  notCompared,
  comparedAt,
}: DriftReport): string {
  const compared = Object.keys(drift.features).length - drift.insufficient.length
  return page({
    kind: 'Drift report',
    title: `${current} against ${baseline}`,
    verdict: verdictBlock(driftVerdict(drift, { isModel: false })),
    facts: facts([
      ['Baseline', `${baseline}, ${formatCount(drift.baselineRows)} rows`],
      ['Compared with it', `${current}, ${formatCount(drift.rows)} rows`],
      ['Made', formatTime(comparedAt)],
    ]),
    caveat: '',
    sections: [
      {
        id: 'headline',
        title: 'In short',
        body: [
          headlineCards([
            {
              name: 'Columns that drifted',
              value: formatCount(drift.drifted.length),
              beside: `of ${formatCount(compared)} compared${drift.insufficient.length === 0 ? '' : `; of ${formatCount(drift.insufficient.length)} nothing can be said`}`,
            },
            {
              name: 'Told apart',
              value: formatDecimal(drift.joint?.area, 2),
              beside: 'area under the ROC curve of a classifier; 0.5 is chance',
            },
            { name: 'Missing', value: formatShare(drift.missingShare), beside: 'of the compared cells' },
          ]),
          notCompared.length > 0 &&
            html`<p class="note">Not compared: ${notCompared.map(({ column, why }) => `${column} (${why})`).join('; ')}.</p>`,
          computedIn('functions/drift/detect-drift.ts'),
        ],
      },
      driftSection(drift, new Set(Object.keys(drift.features)), { behind: 'baseline', front: 'compared' }),
      ...jointSection(drift),
    ],
  })
}
