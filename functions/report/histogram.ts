/** A histogram of one or two groups over the same bins, each as shares of its own total, labelled where it stands. */
import { type Drawing, plot, plotSize } from './drawing.ts'
import { formatShare } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { niceCeiling, place, type Scale } from './scale.ts'
import { textWidth } from './text-width.ts'

export interface Bins {
  /** Ascending, one more than the counts of a series; bins may differ in width. */
  readonly edges: readonly number[]
  /** Behind and in front; the front is the accent. */
  readonly behind?: Series
  readonly front: Series
}

export interface Series {
  readonly name: string
  readonly counts: readonly number[]
}

export interface Histogram extends Pick<Drawing, 'id' | 'title' | 'description'> {
  readonly bins: Bins
  readonly label: string
  readonly format: (value: number) => string
  /** A line at a value, with words: a threshold. */
  readonly mark?: { readonly value: number; readonly words: string }
  readonly height?: number
}

const sharesOf = ({ counts }: Series): number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? 0 : count / total))
}

export function histogram({ bins, label, format, mark, height, ...words }: Histogram): Markup {
  const { edges, front, behind } = bins
  const frontShares = sharesOf(front)
  const behindShares = behind === undefined ? [] : sharesOf(behind)
  const low = edges[0] ?? 0
  const high = edges.at(-1) ?? 1
  // One value only: a bin of no width would not be seen.
  const domain: [number, number] = high > low ? [low, high] : [low - 0.5, low + 0.5]
  const drawn = high > low ? edges : domain
  const top = niceCeiling(Math.max(...frontShares, ...behindShares))
  return plot(
    {
      ...words,
      width: plotSize.width,
      height: height ?? plotSize.height,
      x: { domain, label, format },
      y: {
        domain: [0, top],
        label: behind === undefined ? 'Share of all' : 'Share of each group',
        format: (value) => formatShare(value, top < 0.05 ? 1 : 0),
        ticks: 4,
      },
    },
    ({ x, y, top: ceiling, bottom, right }) => [
      behind !== undefined && html`<path class="before" d="${stepPath(drawn, behindShares, x, y, bottom)}"/>`,
      html`<path class="soft" d="${stepPath(drawn, frontShares, x, y, bottom)}"/>`,
      mark !== undefined &&
        mark.value >= low &&
        mark.value <= high && [
          html`<line class="outline" x1="${place(x(mark.value))}" x2="${place(x(mark.value))}" y1="${ceiling}" y2="${bottom}"/>`,
          html`<text class="direct halo" x="${place(x(mark.value) + 5)}" y="${ceiling + 14}">${mark.words}</text>`,
        ],
      key(front, behind, right, ceiling),
    ],
  )
}

/** Names in the colours of what they name, above the plot: within, the bars of a batch that moved stand behind them. */
function key(front: Series, behind: Series | undefined, right: number, ceiling: number): Content {
  if (behind === undefined) return ''
  const named = (name: string, kind: 'soft' | 'before', words: string, end: number): Content =>
    html`<rect class="${kind}" x="${place(end - 10)}" y="${ceiling - 21}" width="9" height="9"/><text class="${words}" x="${place(end - 16)}" y="${ceiling - 12}">${name}</text>`
  return [
    named(front.name, 'soft', 'direct accent end', right),
    named(behind.name, 'before', 'direct end', right - 28 - textWidth(front.name)),
  ]
}

function stepPath(
  edges: readonly number[],
  shares: readonly number[],
  x: Scale,
  y: Scale,
  bottom: number,
): string {
  const steps = shares.map((share, at) => {
    const height = place(y(share))
    return `L${place(x(edges[at] ?? 0))} ${height}L${place(x(edges[at + 1] ?? 0))} ${height}`
  })
  return `M${place(x(edges[0] ?? 0))} ${bottom}${steps.join('')}L${place(x(edges[shares.length] ?? 0))} ${bottom}Z`
}
