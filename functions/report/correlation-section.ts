/** Which columns move together: a map of all pairs, and the strongest ones in words. */
import { correlation } from '../profile/co-moments.ts'
import type { Profile } from '../profile/profile.ts'
import { drawing } from './drawing.ts'
import { formatDecimal, formatSigned } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { computedIn, type Section, table } from './section.ts'

interface Pair {
  readonly columns: readonly [string, string]
  readonly kind: 'correlation' | 'cramers-v' | 'correlation-ratio'
  /** -1 to 1; what is no correlation has no sign. */
  readonly value: number | null
}

const kinds = {
  correlation: 'correlation (Pearson)',
  'cramers-v': 'association (Cramér’s V)',
  'correlation-ratio': 'correlation ratio η',
} as const

/** More names than this cannot be read; the columns that are in the strongest pairs stay. */
const mapped = 40
const strongest = 12
const worthTelling = 0.3

/** @param mayShow columns that may be named with a figure of theirs. */
export function correlationSection(profile: Profile, mayShow: (column: string) => boolean): Section[] {
  const pairs = pairsOf(profile).filter(({ columns: [x, y] }) => mayShow(x) && mayShow(y))
  if (pairs.length === 0) return []
  const named = choose(pairs, Object.keys(profile.columns))
  const top = pairs
    .filter(({ value }) => value !== null && Math.abs(value) >= worthTelling)
    .sort((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0))
    .slice(0, strongest)
  const all = new Set(pairs.flatMap(({ columns }) => columns)).size
  return [
    {
      id: 'correlations',
      title: 'What moves together',
      body: [
        html`<p>${named.length < all ? `The ${named.length} columns of the strongest pairs, out of ${all}. ` : ''}The stronger the colour of a cell, the closer its two columns are tied; the second colour is a negative correlation. Two columns above 0.95 tell the same: a model needs one of them.</p>`,
        html`<div class="scroll" tabindex="0" role="region" aria-label="Correlation map">${map(named, pairs)}</div>`,
        legend,
        top.length > 0
          ? table(
              'The strongest pairs',
              [{ title: 'Columns' }, { title: 'Measure' }, { title: 'Strength', number: true }],
              top.map(({ columns, kind, value }) => [
                html`${columns[0]} · ${columns[1]}`,
                kinds[kind],
                kind === 'correlation' ? formatSigned(value, 2) : formatDecimal(value, 2),
              ]),
            )
          : html`<p>No pair reaches ${worthTelling}.</p>`,
        computedIn('functions/profile/co-moments.ts', 'functions/profile/associations.ts'),
      ],
    },
  ]
}

function pairsOf({ coMoments, examination }: Profile): Pair[] {
  return [
    ...coMoments.map((pair) => ({
      columns: pair.columns,
      kind: 'correlation' as const,
      value: correlation(pair),
    })),
    ...(examination?.associations ?? []),
  ]
}

function choose(pairs: readonly Pair[], order: readonly string[]): string[] {
  const chosen = new Set<string>()
  for (const { columns } of pairs.toSorted((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0))) {
    if (new Set([...chosen, ...columns]).size > mapped) continue
    for (const name of columns) chosen.add(name)
  }
  return order.filter((name) => chosen.has(name))
}

const cell = 16
const labelled = 140
const longest = 20

function map(names: readonly string[], pairs: readonly Pair[]): Markup {
  const at = new Map(names.map((name, index) => [name, index]))
  const size = names.length * cell
  const width = labelled + size + 4
  const height = size + labelled
  const squares = pairs.flatMap(({ columns: [x, y], value }) => {
    const [column, row] = [at.get(x), at.get(y)]
    if (column === undefined || row === undefined || value === null) return []
    const kind = value < 0 ? 'minus' : 'plus'
    const strength = Math.round(Math.abs(value) * 100) / 100
    if (strength < 0.02) return []
    const [low, high] = [Math.min(column, row), Math.max(column, row)]
    return [
      html`<g><title>${x} · ${y}: ${formatSigned(value, 2)}</title><rect class="${kind}" x="${labelled + low * cell}" y="${high * cell}" width="${cell - 1}" height="${cell - 1}" opacity="${strength}"/></g>`,
    ]
  })
  const style = `width:${width}px;max-width:none`
  return html`<svg class="heat" style="${style}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="correlation-title correlation-desc"><title id="correlation-title">Correlations</title><desc id="correlation-desc">${names.length} columns against each other; the strongest pairs stand in the table below.</desc>${names.map(
    (name, index) =>
      html`<rect class="diagonal" x="${labelled + index * cell}" y="${index * cell}" width="${cell - 1}" height="${cell - 1}"/><text class="label end" x="${labelled - 6}" y="${index * cell + 12}">${shortened(name)}</text><text class="label end" transform="translate(${labelled + index * cell + 12} ${size + 6}) rotate(-90)">${shortened(name)}</text>`,
  )}${squares}</svg>`
}

const shades = [-1, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1]
const legend = drawing(
  {
    id: 'correlation-legend',
    title: 'Shades of the map',
    description: 'From minus one, dark in the second colour, over nothing to one, dark in the first.',
    width: 360,
    height: 36,
  },
  shades.map(
    (value, at) =>
      html`<rect class="${value < 0 ? 'minus' : 'plus'}" x="${at * 42}" y="2" width="40" height="12" opacity="${Math.abs(value)}"/><text class="tick mid" x="${at * 42 + 20}" y="28">${formatSigned(value, 2)}</text>`,
  ),
)

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)
