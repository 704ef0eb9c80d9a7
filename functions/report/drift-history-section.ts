/** Since when: the drift of earlier runs of the same model, beside this one. */
import type { Drift } from '../drift/drift.ts'
import { drawing } from './drawing.ts'
import { formatCount, formatDecimal, formatTime } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { linearScale, place } from './scale.ts'
import { computedIn, figure, figures, type Section, table } from './section.ts'

const drawnRuns = 40
const listedRuns = 12
const namedFeatures = 4
const size = { width: 360, height: 170 }
const plot = { left: 34, right: 352, top: 26, bottom: 140 }

interface Line {
  readonly at: string
  readonly rows: number
  readonly score: number | null
  readonly alarm: boolean
  readonly drifted: readonly string[]
}

/** @param startedAt of this run. */
export function driftHistorySection(drift: Drift, startedAt: string): Section[] {
  const earlier = drift.history ?? []
  if (earlier.length === 0) return []
  const lines: Line[] = [
    ...earlier.map((line) => ({ ...line, score: line.weightedDriftScore })),
    { ...drift, at: startedAt, score: drift.weightedDriftScore },
  ]
  const recent = lines.slice(-listedRuns).reverse()
  return [
    {
      id: 'since',
      title: 'Since when',
      body: [
        figures(
          figure({
            title: 'Weighted drift score, run by run',
            drawing: timeline(lines.slice(-drawnRuns), drift.thresholds.alarmWeightedScore),
            note: 'In colour: runs that raised the alarm, by their score, one important feature, or what no column shows alone. Dashed: the limit of the score.',
            files: ['functions/drift/drift-history.ts'],
          }),
        ),
        table(
          `The last ${recent.length} runs of this model version, newest first`,
          [
            { title: 'Run' },
            { title: 'Rows', number: true },
            { title: 'Weighted score', number: true },
            { title: 'Alarm' },
            { title: 'Drifted' },
          ],
          recent.map(({ at, rows, score, alarm, drifted }): Content[] => [
            formatTime(at),
            formatCount(rows),
            formatDecimal(score, 2),
            alarm ? html`<span class="no">yes</span>` : 'no',
            drifted.length === 0 ? '–' : namesOf(drifted),
          ]),
        ),
        computedIn('functions/drift/drift-history.ts'),
      ],
    },
  ]
}

const namesOf = (names: readonly string[]) =>
  names.length <= namedFeatures
    ? names.join(', ')
    : `${names.slice(0, namedFeatures).join(', ')} and ${names.length - namedFeatures} more`

function timeline(lines: readonly Line[], limit: number): Markup {
  const most = Math.max(limit * 1.25, ...lines.map(({ score }) => score ?? 0))
  const toY = linearScale([0, most], [plot.bottom, plot.top])
  const step = (plot.right - plot.left) / lines.length
  const bars = lines.map(({ score, alarm }, at) => {
    const top = toY(score ?? 0)
    const width = Math.min(28, step * 0.7)
    const x = plot.left + at * step + (step - width) / 2
    // A calm run is seen too.
    const height = Math.max(1.5, plot.bottom - top)
    return html`<rect class="${alarm ? 'fill' : 'other'}" x="${place(x)}" y="${place(plot.bottom - height)}" width="${place(width)}" height="${place(height)}"/>`
  })
  const [first, last] = [lines[0], lines.at(-1)]
  return drawing(
    {
      id: 'drift-history',
      title: 'Weighted drift score of the runs of this model version',
      description: lines.map(({ at, score }) => `${formatTime(at)}: ${formatDecimal(score, 2)}`).join('; '),
      ...size,
    },
    [
      html`<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>`,
      bars,
      html`<line class="reference" x1="${plot.left}" x2="${plot.right}" y1="${place(toY(limit))}" y2="${place(toY(limit))}"/>`,
      html`<text class="tick end" x="${plot.left - 6}" y="${place(toY(limit))}" dy=".32em">${formatDecimal(limit, 2)}</text>`,
      html`<text class="tick end" x="${plot.left - 6}" y="${plot.bottom}" dy=".32em">0</text>`,
      html`<text class="tick" x="${plot.left}" y="${plot.bottom + 18}">${first === undefined ? '' : formatTime(first.at)}</text>`,
      html`<text class="tick end" x="${plot.right}" y="${plot.bottom + 18}">${last === undefined ? '' : 'this run'}</text>`,
    ],
  )
}
