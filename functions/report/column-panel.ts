/** One column at a glance: what it is, how it is distributed, and the figures that belong to it. */

import { isEstimate } from '../profile/estimated-distinct.ts'
import { invalidCount, type NumericColumn, type ProfileColumn } from '../profile/profile.ts'
import { deviation, distinct, quantiles, skewness } from '../profile/quantiles.ts'
import type { SourceColumn } from '../project.ts'
import { boxHistogram } from './box-histogram.ts'
import { mayShowValues, publicRange } from './disclosure.ts'
import { formatCount, formatDecimal, formatShare, formatValue } from './format-number.ts'
import { levelBars } from './level-bars.ts'
import { type Content, html, type Markup } from './markup.ts'
import { momentFormat, timeTicks } from './time-scale.ts'

export interface ColumnPanel {
  /** Unique in the page. */
  readonly id: string
  readonly name: string
  readonly column: ProfileColumn
  readonly source: SourceColumn
  readonly rows: number
}

export function columnPanel({ id, name, column, source, rows }: ColumnPanel): Markup {
  const broken = invalidCount(column)
  const shape = shapeOf(id, name, column, source)
  return html`<figure class="panel"><h3>${name} <span class="quiet">${column.type}</span> ${privacyMark(source)}</h3>${
    source.description === '' ? '' : html`<p class="note">${source.description}</p>`
  }${shape.drawing}<figcaption><dl class="figures-of${column.type === 'timestamp' ? ' of-times' : ''}">${[
    pair('missing', formatShare(rows === 0 ? null : (column.nulls + column.unreadable) / rows)),
    pair('distinct', `${isEstimate(column) ? '≈ ' : ''}${formatCount(distinct(column))}`),
    ...shape.figures,
    broken > 0 && pair('breaks a rule', html`<span class="no">${formatCount(broken)}</span>`),
  ]}</dl></figcaption></figure>`
}

const pair = (name: string, value: Content) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`

const privacyMark = ({ phi }: SourceColumn): Content =>
  phi === 'none' ? '' : html`<span class="mark">${phi === 'direct' ? 'identifies' : 'may identify'}</span>`

/** −0.0 is 0. */
const rounded = (value: number | null) => (value === null ? null : Math.round(value * 10) / 10 + 0)

interface Shape {
  readonly drawing: Content
  readonly figures: readonly Content[]
}

function shapeOf(id: string, name: string, column: ProfileColumn, source: SourceColumn): Shape {
  if (!mayShowValues(source) || column.kind === 'opaque')
    return { drawing: html`<p class="hidden-values">Counted, never listed.</p>`, figures: [] }
  if (column.count === 0) return { drawing: html`<p class="hidden-values">No value.</p>`, figures: [] }
  return column.kind === 'numeric'
    ? numberShape(id, name, column, source)
    : { drawing: levelBars(id, name, column), figures: [] }
}

function numberShape(id: string, name: string, column: NumericColumn, source: SourceColumn): Shape {
  const range = publicRange(column, source)
  if (range === null)
    return { drawing: html`<p class="hidden-values">Too few values to be shown.</p>`, figures: [] }
  const isTime = column.type === 'timestamp'
  const format = isTime ? momentFormat(...range) : formatValue
  const hidesFew = source.phi !== 'none'
  const [median] = quantiles(column, [0.5])
  return {
    drawing: boxHistogram({
      id,
      name,
      column,
      range,
      format,
      axis: isTime ? timeTicks : undefined,
      hidesFew,
    }),
    figures: [
      pair(hidesFew ? 'nearly all from' : 'least', format(range[0])),
      pair('median', format(median)),
      pair('mean', format(column.mean)),
      pair(hidesFew ? 'to' : 'greatest', format(range[1])),
      ...(isTime
        ? []
        : [
            pair('deviation', formatValue(deviation(column))),
            pair('skew', formatDecimal(rounded(skewness(column)), 1)),
          ]),
    ],
  }
}
