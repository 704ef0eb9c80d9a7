/** What the gate asked of the model, what it got, and how the model stands against the one in production. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import { formatSigned } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { formatMetric, inWords, metricName } from './metric-words.ts'
import { computedIn, type Section, table } from './section.ts'

type Check = Evaluation['gate']['checks'][number]

export function gateSection({ gate, champion }: Evaluation): Section {
  const minima = gate.checks.filter(({ min, max }) => min !== undefined || max !== undefined)
  return {
    id: 'gate',
    title: 'The gate',
    body: [
      minima.length === 0
        ? html`<p>The project sets no minimum.</p>`
        : table(
            'What the project demands of a model before it may be registered',
            [
              { title: 'Metric' },
              { title: 'Reached', number: true },
              { title: 'Demanded', number: true },
              { title: 'Verdict' },
              { title: 'Why' },
            ],
            minima.map((check) => [
              metricName(check.metric),
              formatMetric(check.metric, check.value),
              demand(check),
              check.passed ? html`<span class="yes">passed</span>` : html`<span class="no">not passed</span>`,
              inWords(check.reason),
            ]),
          ),
      computedIn('functions/evaluation/gate.ts'),
      html`<h3>Against the champion</h3>`,
      comparison(champion, gate.checks),
      computedIn('functions/evaluation/compare-champion.ts'),
    ],
  }
}

function demand({ metric, min, max }: Check): string {
  return [
    ...(min === undefined ? [] : [`≥ ${formatMetric(metric, min)}`]),
    ...(max === undefined ? [] : [`≤ ${formatMetric(metric, max)}`]),
  ].join(', ')
}

function comparison(champion: Evaluation['champion'], checks: readonly Check[]): Markup {
  if (champion === null)
    return html`<p>No model is in production yet, so there is nothing to compare with.</p>`
  const { compared, metric = '', difference, interval } = champion
  if (!compared) return html`<p>${inWords(champion.reason)}.</p>`
  const check = checks.find((one) => one.metric.endsWith('against the champion'))
  return html`${table(
    'The same test rows, scored by both',
    [
      { title: 'Metric' },
      { title: 'This model', number: true },
      { title: 'Champion', number: true },
      { title: 'Difference', number: true },
      { title: interval === undefined ? '' : `${Math.round(interval.level * 100)} % interval`, number: true },
    ],
    [
      [
        metricName(metric),
        formatMetric(metric, champion.challenger),
        formatMetric(metric, champion.champion),
        formatSigned(difference, 4),
        interval === undefined ? '' : `${formatSigned(interval.low, 4)} to ${formatSigned(interval.high, 4)}`,
      ],
    ],
  )}${check !== undefined && html`<p>${check.passed ? 'Not worse than the champion, as far as these rows can tell.' : html`<span class="no">Worse than the champion.</span>`}</p>`}`
}
