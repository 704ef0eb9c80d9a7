/** The distribution of a number: bars, and below them where the middle half, the median and the outliers lie. */

import { outliersOf } from '../profile/outliers.ts'
import type { NumericColumn } from '../profile/profile.ts'
import { histogramOf, quantiles, weightedValues } from '../profile/quantiles.ts'
import { minimumRows } from './disclosure.ts'
import { drawing } from './drawing.ts'
import { formatCount, formatShare } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { linearScale, place, ticks } from './scale.ts'
import type { Tick } from './time-scale.ts'

const width = 360
const height = 150
const left = 6
const right = 354
const top = 14
const bottom = 96
const boxAt = 110
const bars = 30

export interface BoxHistogram {
  /** Unique in the page. */
  readonly id: string
  readonly name: string
  readonly column: NumericColumn
  /** What of it may be shown. */
  readonly range: readonly [number, number]
  readonly format: (value: number) => string
  /** What is written below the axis. @default round numbers, formatted */
  readonly axis?: ((low: number, high: number) => readonly Tick[]) | undefined
  /** Bars of few rows are left out: the column helps to tell people apart. */
  readonly hidesFew: boolean
}

export function boxHistogram({ id, name, column, range, format, axis, hidesFew }: BoxHistogram): Markup {
  const outliers = outliersOf(column)
  // A few wild values would squeeze all others into one bar.
  const isWhole = column.type === 'integer'
  const fence = (value: number, round: (value: number) => number) => (isWhole ? round(value) : value)
  const low = Math.max(range[0], fence(outliers?.low ?? range[0], Math.ceil))
  const high = Math.min(range[1], fence(outliers?.high ?? range[1], Math.floor))
  const counts = barsOf(column, low, high).map((count) => (hidesFew && count < minimumRows ? 0 : count))
  const most = Math.max(1, ...counts)
  const total = Math.max(1, column.count)
  const domain: [number, number] = high > low ? [low, high] : [low - 0.5, low + 0.5]
  const x = linearScale(domain, [left, right])
  const step = (right - left) / counts.length
  const drawn = counts.map((count, at) => {
    if (count === 0) return ''
    const tall = Math.max(1, (count / most) * (bottom - top))
    return html`<rect class="fill" x="${place(left + at * step + step * 0.06)}" y="${place(bottom - tall)}" width="${place(Math.max(0.6, step * 0.88))}" height="${place(tall)}"/>`
  })
  const written =
    axis?.(low, high) ?? ticks(...domain, 4).map((value): Tick => ({ value, text: format(value) }))
  return drawing(
    {
      id,
      title: `Distribution of ${name}`,
      description: `${counts.length} bars from ${format(low)} to ${format(high)}; the highest holds ${formatShare(most / total)} of the values.`,
      width,
      height,
    },
    [
      html`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
      drawn,
      html`<text class="tick" x="${left}" y="${top - 4}">highest bar ${formatShare(most / total)}</text>`,
      boxOf(column, x, domain),
      low > range[0] && html`<line class="fence" x1="${left}" x2="${left}" y1="${top}" y2="${boxAt + 8}"/>`,
      high < range[1] &&
        html`<line class="fence" x1="${right}" x2="${right}" y1="${top}" y2="${boxAt + 8}"/>`,
      (low > range[0] || high < range[1]) &&
        html`<text class="tick end" x="${right}" y="${top - 4}">${beyondWords(outliers?.count ?? 0)} beyond</text>`,
      written.map(({ value, text }) => {
        const at = x(value)
        const kind = at < left + 16 ? 'tick' : at > right - 16 ? 'tick end' : 'tick mid'
        return html`<line class="axis" x1="${place(at)}" x2="${place(at)}" y1="${bottom}" y2="${bottom + 4}"/><text class="${kind}" x="${place(at)}" y="${height - 8}">${text}</text>`
      }),
    ],
  )
}

const beyondWords = (count: number) => `${formatCount(count)} ${count === 1 ? 'outlier' : 'outliers'}`

/** One bar a whole number where they are few: bars of another width would leave gaps that are not there. */
function barsOf(column: NumericColumn, low: number, high: number): number[] {
  const values = weightedValues(column).filter(([value]) => value >= low && value <= high)
  const span = high - low
  const found =
    column.type === 'integer' && Number.isInteger(span) && span >= 1 && span <= 2 * bars
      ? histogramOf(values, low - 0.5, high + 0.5, span + 1)
      : histogramOf(values, low, high, bars)
  return found.map(({ count }) => count)
}

function boxOf(
  column: NumericColumn,
  x: (value: number) => number,
  [from, to]: readonly [number, number],
): Content {
  const [q05, q25, q50, q75, q95] = quantiles(column, [0.05, 0.25, 0.5, 0.75, 0.95])
  if (q05 == null || q25 == null || q50 == null || q75 == null || q95 == null) return ''
  const at = (value: number) => place(x(Math.min(to, Math.max(from, value))))
  return [
    html`<line class="outline" x1="${at(q05)}" x2="${at(q95)}" y1="${boxAt}" y2="${boxAt}"/>`,
    html`<rect class="box" x="${at(q25)}" y="${boxAt - 6}" width="${place(Math.max(1, x(Math.min(to, q75)) - x(Math.max(from, q25))))}" height="12"/>`,
    html`<line class="median" x1="${at(q50)}" x2="${at(q50)}" y1="${boxAt - 8}" y2="${boxAt + 8}"/>`,
  ]
}
