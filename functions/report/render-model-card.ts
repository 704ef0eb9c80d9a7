/** The model card as one HTML page. */
import { formatCount, formatDecimal, formatShare, formatTime } from './format-number.ts'
import { groupTables } from './group-table.ts'
import { html } from './markup.ts'
import { formatMetric, inWords, metricName } from './metric-words.ts'
import type { ModelCard } from './model-card.ts'
import { page } from './page.ts'
import { principalName } from './principal-name.ts'
import { facts, type Section, table } from './section.ts'

export function renderModelCard(card: ModelCard): string {
  return page({
    title: `${card.title}, version ${card.version}`,
    kind: 'Model card',
    verdict: html`<p class="verdict">${card.status}${card.inProduction ? ', in production' : ''}</p>`,
    facts: facts([
      ['Algorithm', card.training.algorithm],
      ['Learned from', card.data.dataset],
      ['Trained', formatTime(card.training.createdAt)],
      ['By', principalName(card.training.trainedBy)],
    ]),
    sections: [
      useOf(card),
      limitsOf(card),
      performanceOf(card),
      groupsOf(card),
      dataOf(card),
      decisionsOf(card),
    ],
    caveat: card.intendedUse.caveat,
  })
}

const useOf = ({ intendedUse }: ModelCard): Section => ({
  id: 'use',
  title: 'What it is for',
  body: [
    intendedUse.purpose === '' ? null : html`<p>${intendedUse.purpose}</p>`,
    facts([
      ['Predicts', intendedUse.predicts],
      ['Task', intendedUse.task],
      ['Rows belong to', intendedUse.entity],
    ]),
  ],
})

const limitsOf = ({ limits }: ModelCard): Section => ({
  id: 'limits',
  title: 'Where it ends',
  body: html`<ul>${limits.map((limit) => html`<li>${inWords(limit)}</li>`)}</ul>`,
})

const performanceOf = ({ performance }: ModelCard): Section => ({
  id: 'performance',
  title: 'How well it does',
  body: [
    table(
      `On ${formatCount(performance.rows)} rows of ${formatCount(performance.entities)} entities that it never saw`,
      [{ title: 'Metric' }, { title: 'Value', number: true }, { title: '95 % interval', number: true }],
      Object.entries(performance.metrics).map(([name, value]) => {
        const interval = performance.intervals[name]
        const range =
          interval === undefined
            ? '–'
            : `${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)}`
        return [metricName(name), formatMetric(name, value), range]
      }),
    ),
    html`<p>Gate ${inWords(performance.gate.summary)}</p>`,
  ],
})

const groupsOf = ({ performance, intendedUse }: ModelCard): Section => ({
  id: 'groups',
  title: 'For whom',
  body: [
    performance.groups.length === 0
      ? html`<p>The project names no groups that are large enough to be told.</p>`
      : null,
    ...groupTables(performance.groups, intendedUse.task === 'regression'),
  ],
})

const dataOf = ({ data, training }: ModelCard): Section => ({
  id: 'data',
  title: 'What it learned from, and how',
  body: [
    facts([
      ['Dataset', data.dataset],
      ['From', data.source?.location ?? 'not in the catalogue'],
      ['SHA-256', html`<code>${data.source?.sha256 ?? '–'}</code>`],
      ['Source', data.source?.attribution || 'not stated'],
      ['Licence', data.source?.licence || 'not stated'],
      ['Learned from a share of', formatShare(data.split.train, 0)],
      ['Run', html`<code>${training.runId}</code>`],
      ['Engine', training.engine],
      ['Image', html`<code>${training.imageUri}</code>`],
    ]),
    table(
      'Hyperparameters',
      [{ title: 'Name' }, { title: 'Value' }],
      Object.entries(training.hyperparameters).map(([name, value]) => [html`<code>${name}</code>`, value]),
    ),
    html`<p>Features: ${data.features.join(', ')}</p>`,
  ],
})

const decisionsOf = ({ status, decision, origin, deployments, predictions }: ModelCard): Section => ({
  id: 'decisions',
  title: 'Who decided, and what came of it',
  body: [
    facts([
      ['Status', status],
      ...(decision.status === 'PendingManualApproval'
        ? []
        : [
            ['Decided by', principalName(decision.by ?? 'not recorded')] as const,
            ['Decided', formatTime(decision.at)] as const,
            ['Reason', decision.reason ?? 'none given'] as const,
          ]),
      ...(origin === undefined
        ? []
        : [
            [
              'Approved before',
              `as version ${origin.version} in ${origin.environment}, by ${principalName(origin.approvedBy)}`,
            ] as const,
          ]),
      ['Predictions', `${formatCount(predictions.count)} in ${formatCount(predictions.runs)} runs`],
    ]),
    deployments.length === 0
      ? html`<p>It was never in production.</p>`
      : table(
          'In production',
          [{ title: 'From' }, { title: 'Share', number: true }, { title: 'By' }, { title: 'Why' }],
          deployments.map(({ at, by, why, share }) => [
            formatTime(at),
            share === 1 ? formatDecimal(1, 0) : formatDecimal(share, 2),
            principalName(by),
            why,
          ]),
        ),
  ],
})
