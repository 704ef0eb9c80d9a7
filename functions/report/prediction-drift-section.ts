/** Whether the model answers otherwise than in training, and how well it probably does before any label is there. */
import type { Drift, PerformanceEstimate } from '../drift/drift.ts'
import { driftPair } from './drift-pair.ts'
import { capital } from './drift-verdict.ts'
import { formatDecimal, formatShare } from './format-number.ts'
import { type Content, html } from './markup.ts'
import { computedIn, figure, figures, type Section, table } from './section.ts'

export function predictionDriftSection({ predictions, estimate }: Drift): Section[] {
  if (predictions === undefined && estimate === undefined) return []
  return [
    {
      id: 'answers',
      title: 'Does the model answer as before?',
      body: [
        predictions !== undefined && distributions(predictions),
        estimate !== undefined && estimated(estimate),
      ],
    },
  ]
}

function distributions(predictions: NonNullable<Drift['predictions']>): Content {
  const { baseline, current, drifted, reason, effect } = predictions
  const words =
    drifted === true
      ? `The predictions moved: ${reason ?? ''}.`
      : drifted === null
        ? `${capital(reason ?? 'insufficient-data')}.`
        : `The predictions are spread as on the test side of training (effect ${formatDecimal(effect, 2)}).`
  return [
    html`<p>${words}</p>`,
    baseline !== undefined &&
      current !== undefined &&
      figures(
        figure({
          title: 'Predictions',
          drawing: driftPair({
            id: 'answers-drift',
            name: 'the prediction',
            baseline,
            current,
            names: { behind: 'test side', front: 'this batch' },
          }),
          files: ['functions/drift/prediction-drift.ts'],
        }),
      ),
  ]
}

const shown = [
  ['rocAuc', 'ROC AUC'],
  ['precision', 'Precision of the flagged'],
  ['recall', 'Recall'],
  ['brier', 'Brier score'],
  ['prevalence', 'Positives'],
] as const

function estimated(estimate: PerformanceEstimate): Content {
  if (estimate.status === 'insufficient-data') return html`<p class="note">${capital(estimate.reason)}.</p>`
  const format = (name: (typeof shown)[number][0]) => (value: number) =>
    name === 'rocAuc' || name === 'brier' ? formatDecimal(value, 3) : formatShare(value)
  return [
    html`<h3>How well it probably does</h3><p>${capital(estimate.reason)}.</p>`,
    table(
      'Told from the calibrated probabilities alone, before any label is there',
      [
        { title: 'Figure' },
        { title: 'Estimated', number: true },
        { title: '95 % range', number: true },
        { title: 'In training', number: true },
      ],
      shown.flatMap(([name, title]) => {
        const figureOf = estimate[name]
        if (figureOf === null) return []
        const { value, low, high, reference } = figureOf
        const text = format(name)
        return [
          [title, text(value), `${text(low)} to ${text(high)}`, reference === null ? '–' : text(reference)],
        ]
      }),
    ),
    html`<p class="note">This holds while the relation between features and outcome is that of training. Whether it is, only labels tell: import them when they arrive.</p>`,
    computedIn('functions/drift/performance-estimate.ts'),
  ]
}
