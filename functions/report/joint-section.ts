/** What no column shows alone: how well a classifier tells the batch from the baseline, and by which pairs. */
import type { Drift } from '../drift/drift.ts'
import { isExplained } from '../drift/joint-drift.ts'
import { formatCount, formatDecimal, formatShare } from './format-number.ts'
import { html } from './markup.ts'
import { bar, computedIn, type Section, table } from './section.ts'

export function jointSection({ joint }: Drift): Section[] {
  if (joint === undefined) return []
  const { area, interval, singleColumnArea, pairs } = joint
  return [
    {
      id: 'together',
      title: 'How columns go together',
      body: [
        html`<p>${sentence(joint)}</p>`,
        area !== null &&
          table(
            'Areas under the ROC curve on rows that the classifier had not seen; 0.5 is chance, 1 is certainty',
            [
              { title: 'Told apart by' },
              { title: 'Area', number: true },
              { title: '95 % interval', number: true },
            ],
            [
              [
                'pairs of columns',
                formatDecimal(area, 3),
                interval === null
                  ? '–'
                  : `${formatDecimal(interval.low, 3)} to ${formatDecimal(interval.high, 3)}`,
              ],
              ['single columns', formatDecimal(singleColumnArea, 3), ''],
            ],
          ),
        joint.drifted === true &&
          pairs.length > 0 &&
          table(
            'What told them apart',
            [{ title: 'Columns' }, { title: 'Part', number: true }, { title: '' }],
            pairs.map(({ columns, share }) => [
              columns.join(' with '),
              formatShare(share, 0),
              bar(share, formatShare(share, 0)),
            ]),
          ),
        html`<p class="note">A sample of ${formatCount(joint.rows)} rows of the batch and ${formatCount(joint.baselineRows)} of what it is compared with; half of each is learnt from, the other half judged.</p>`,
        computedIn('functions/drift/joint-drift.ts', 'functions/drift/pair-booster.ts'),
      ],
    },
  ]
}

function sentence(joint: NonNullable<Drift['joint']>): string {
  const { status, drifted, reason } = joint
  if (status === 'insufficient-data')
    return `Nothing can be said: ${reason.replace(/^insufficient-data: /, '')}.`
  if (drifted !== true) return `As before: ${reason}.`
  return isExplained(joint)
    ? `What the single columns show explains the difference: ${reason}.`
    : `They no longer do so as before: ${reason}.`
}
