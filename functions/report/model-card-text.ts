/** The model card as Markdown: for a repository, a wiki, a review. */
import { formatCount, formatShare, formatTime } from './format-number.ts'
import { formatMetric, inWords, metricName } from './metric-words.ts'
import type { ModelCard } from './model-card.ts'
import { principalName } from './principal-name.ts'

export function modelCardText(card: ModelCard): string {
  const { intendedUse: use, data, training, performance, decision, origin, deployments, predictions } = card
  const decided =
    decision.status === 'PendingManualApproval'
      ? 'Nobody has decided on it.'
      : `${decision.status} by ${principalName(decision.by ?? 'not recorded')}, ${formatTime(decision.at)}: ${decision.reason ?? 'no reason given'}`
  const blocks = [
    `# ${text(card.title)}, version ${text(card.version)}`,
    `${card.status}${card.inProduction ? ', in production' : ''}`,
    '## What it is for',
    text(use.purpose),
    list([`Predicts: ${use.predicts}`, `Task: ${use.task}`, `Rows belong to: ${use.entity}`]),
    '## Where it ends',
    list(card.limits.map(inWords)),
    '## How well it does',
    grid(
      ['Metric', 'Value', '95 % interval'],
      Object.entries(performance.metrics).map(([name, value]) => {
        const interval = performance.intervals[name]
        const range =
          interval === undefined
            ? '–'
            : `${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)}`
        return [metricName(name), formatMetric(name, value), range]
      }),
    ),
    `Gate ${text(inWords(performance.gate.summary))}`,
    '## For whom',
    ...groupGrids(card),
    '## What it learned from, and how',
    list([
      `Dataset: ${data.dataset}`,
      `From: ${data.source?.location ?? 'not in the catalogue'}`,
      `SHA-256: ${data.source?.sha256 ?? '–'}`,
      `Source: ${data.source?.attribution || 'not stated'}`,
      `Licence: ${data.source?.licence || 'not stated'}`,
      `Learned from a share of: ${formatShare(data.split.train, 0)}`,
      `Run: ${training.runId}, by ${principalName(training.trainedBy)}, ${formatTime(training.createdAt)}`,
      `Algorithm: ${training.algorithm}, engine ${training.engine}`,
      `Features: ${data.features.join(', ')}`,
    ]),
    grid(['Hyperparameter', 'Value'], Object.entries(training.hyperparameters)),
    '## Who decided, and what came of it',
    text(decided),
    origin === undefined
      ? ''
      : text(
          `Approved before as version ${origin.version} in ${origin.environment}, by ${principalName(origin.approvedBy)}.`,
        ),
    deployments.length === 0
      ? 'It was never in production.'
      : grid(
          ['In production from', 'Share', 'By', 'Why'],
          deployments.map(({ at, by, why, share }) => [
            formatTime(at),
            formatShare(share, 0),
            principalName(by),
            why,
          ]),
        ),
    `${formatCount(predictions.count)} predictions in ${formatCount(predictions.runs)} runs.`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function groupGrids({ performance }: ModelCard): string[] {
  const columns = [...new Set(performance.groups.map(({ column }) => column))]
  if (columns.length === 0) return ['The project names no groups that are large enough to be told.']
  return columns.map((column) => {
    const groups = performance.groups.filter((group) => group.column === column)
    const names = [...new Set(groups.flatMap(({ metrics }) => Object.keys(metrics ?? {})))]
    return grid(
      [column, 'Rows', 'Entities', ...names.map(metricName)],
      groups.map(({ level, rows, entities, metrics }) => [
        level,
        formatCount(rows),
        formatCount(entities),
        ...names.map((name) => formatMetric(name, metrics?.[name])),
      ]),
    )
  })
}

/** What people and data wrote must not become markup, nor leave its line. */
const text = (value: string) => value.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|]/g, '\\$&')
const list = (lines: readonly string[]) => lines.map((line) => `- ${text(line)}`).join('\n')
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const grid = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(heads.map(text)), row(heads.map(() => '---')), ...rows.map((cells) => row(cells.map(text)))].join('\n')
