/** The data column by column: numbers with their range and shape, categories with their levels, the rest counted. */

import { isEstimate } from '../profile/estimated-distinct.ts'
import {
  type CategoryColumn,
  invalidCount,
  type NumericColumn,
  type Profile,
  type ProfileColumn,
} from '../profile/profile.ts'
import { distinct, histogramOf, weightedValues } from '../profile/quantiles.ts'
import type { Project, SourceColumn } from '../project.ts'
import { mayShowValues, minimumRows, publicLevels, publicRange } from './disclosure.ts'
import { formatCount, formatShare, formatValue } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { type Column, table } from './section.ts'

import { smallHistogram } from './small-histogram.ts'
import { momentFormat } from './time-scale.ts'

const shownLevels = 5
const drawnLevels = 24
const bars = 20

interface Described<Kind extends ProfileColumn> {
  readonly name: string
  readonly column: Kind
  readonly source: SourceColumn
}

const common: readonly Column[] = [
  { title: 'Column' },
  { title: 'Type' },
  { title: 'Missing', number: true },
  { title: 'Breaks a rule', number: true },
  { title: 'Distinct', number: true },
]

export function profileTable(profile: Profile, project: Project): Markup {
  const described = new Map(project.source.columns.map((column) => [column.name, column]))
  const numbers: Described<NumericColumn>[] = []
  const categories: Described<CategoryColumn>[] = []
  const counted: Described<ProfileColumn>[] = []
  for (const [name, column] of Object.entries(profile.columns)) {
    const source = described.get(name)
    if (source === undefined) continue
    if (!mayShowValues(source) || column.kind === 'opaque') counted.push({ name, column, source })
    else if (column.kind === 'numeric') numbers.push({ name, column, source })
    else categories.push({ name, column, source })
  }
  const first = (one: Described<ProfileColumn>) => firstCells(one, profile.rows)
  return html`${
    numbers.length > 0 &&
    table(
      'Numbers',
      [
        ...common,
        { title: 'Least', number: true },
        { title: 'Mean', number: true },
        { title: 'Greatest', number: true },
        { title: 'Shape' },
      ],
      numbers.map((one) => [...first(one), ...rangeCells(one)]),
    )
  }${
    categories.length > 0 &&
    table(
      'Categories',
      [...common, { title: 'Shape' }, { title: 'Most frequent levels' }],
      categories.map((one) => [...first(one), ...levelCells(one)]),
    )
  }${counted.length > 0 && table('Counted, never listed', common, counted.map(first))}`
}

function firstCells({ name, column, source }: Described<ProfileColumn>, rows: number): Content[] {
  const broken = invalidCount(column)
  return [
    html`${name}${source.description === '' ? '' : html`<br><span class="quiet">${source.description}</span>`}`,
    column.type,
    formatShare(rows === 0 ? null : (column.nulls + column.unreadable) / rows),
    broken === 0 ? '0' : html`<span class="no">${formatCount(broken)}</span>`,
    `${isEstimate(column) ? '≈ ' : ''}${formatCount(distinct(column))}`,
  ]
}

function rangeCells({ name, column, source }: Described<NumericColumn>): Content[] {
  const range = publicRange(column, source)
  const why = column.count === 0 ? 'no value' : 'too few values to be shown'
  if (range === null) return ['–', '–', '–', html`<span class="quiet">${why}</span>`]
  const [low, high] = range
  const format = column.type === 'timestamp' ? momentFormat(low, high) : formatValue
  const isQuasi = source.phi !== 'none'
  return [
    `${isQuasi ? '≤ ' : ''}${format(low)}`,
    format(column.mean),
    `${isQuasi ? '≥ ' : ''}${format(high)}`,
    smallHistogram(shapeOf(column, low, high), `${name} from ${format(low)} to ${format(high)}`),
  ]
}

/** One bar a whole number where they are few: bars of another width would leave gaps that are not there. */
function shapeOf(column: NumericColumn, low: number, high: number): number[] {
  const values = weightedValues(column)
  const span = high - low
  const found =
    column.type === 'integer' && Number.isInteger(span) && span >= 1 && span <= 2 * bars
      ? histogramOf(values, low - 0.5, high + 0.5, span + 1)
      : histogramOf(values, low, high, bars)
  return found.map(({ count }) => count)
}

function levelCells({ name, column }: Described<CategoryColumn>): Content[] {
  const { named, further, few } = publicLevels(column.levels, shownLevels)
  const share = (rows: number) => formatShare(column.count === 0 ? null : rows / column.count)
  const drawn = publicLevels(column.levels, drawnLevels).named.map(([, rows]) => rows)
  const fewLevels = `${few.levels} ${few.levels === 1 ? 'level' : 'levels'} of fewer than ${minimumRows} rows`
  const parts: Content[] = [
    ...named.map(([level, rows]) => html`<span>${level} <span>${share(rows)}</span></span>`),
    ...(further.levels > 0 ? [`${further.levels} more ${share(further.rows)}`] : []),
    ...(column.otherCount >= minimumRows ? [`levels not listed ${share(column.otherCount)}`] : []),
    // A sum tells no more than its parts only when several go into it.
    ...(few.levels > 0
      ? [few.levels > 1 && few.rows >= minimumRows ? `${fewLevels} ${share(few.rows)}` : fewLevels]
      : []),
  ]
  return [
    drawn.length === 0 ? '' : smallHistogram(drawn, `${name}: the ${drawn.length} most frequent levels`),
    html`<span class="levels">${parts.map((part, at) => [at === 0 ? '' : ' · ', part])}</span>`,
  ]
}
