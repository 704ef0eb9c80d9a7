/** How a model was made: what went where, with which settings, on what. */
import { sides } from '../layout.ts'
import { formatCount, formatSeconds, formatShare } from './format-number.ts'
import { html } from './markup.ts'
import type { TrainingReport } from './render-training-report.ts'
import { computedIn, facts, type Section, table } from './section.ts'

const uses: Readonly<Record<(typeof sides)[number], string>> = {
  train: 'the model learns from it',
  validation: 'early stopping watches it',
  calibration: 'probabilities, confidence and the threshold are fitted on it',
  test: 'every number of this report is measured on it',
}

export function makingSection({ request, project, profile, decision }: TrainingReport): Section {
  const isRegression = project.task === 'regression'
  const summaries = profile.features?.sides ?? {}
  const fitted = decision.fit
  return {
    id: 'making',
    title: 'How it was made',
    body: [
      table(
        `Examples by side of the split; all rows of one ${project.entityKey} stand on one side`,
        [
          { title: 'Side' },
          { title: 'Rows', number: true },
          ...(isRegression ? [] : [{ title: 'Positive', number: true }]),
          { title: 'Used for' },
        ],
        sides.map((side) => {
          const summary = summaries[side]
          return [
            side,
            formatCount(request.rows[side]),
            ...(isRegression
              ? []
              : [
                  formatShare(
                    summary === undefined || summary.rows === 0 ? null : summary.positives / summary.rows,
                  ),
                ]),
            uses[side],
          ]
        }),
      ),
      computedIn('functions/features/split.ts', 'functions/dataset/split.ts'),
      html`<h3>Training job</h3>`,
      facts([
        ['Engine', request.engine],
        ['Algorithm', project.algorithm],
        ['Job', html`<code>${request.job.name}</code>`],
        ['Job time', formatSeconds(request.job.seconds)],
        [
          'Calibrator',
          fitted === undefined
            ? decision.calibrator.kind
            : `${decision.calibrator.kind}, fitted on ${formatCount(fitted.rows)} rows`,
        ],
        [
          'Source',
          [
            project.source.attribution || 'not stated',
            project.source.licence && `; ${project.source.licence}`,
          ],
        ],
      ]),
      html`<h3>Hyperparameters</h3>`,
      table(
        'As the training algorithm got them',
        [{ title: 'Name' }, { title: 'Value' }],
        Object.entries(request.hyperparameters).map(([name, value]) => [html`<code>${name}</code>`, value]),
      ),
      computedIn('functions/training/hyperparameters.ts', 'functions/scoring/fit-decision.ts'),
    ],
  }
}
