/** Both distributions of a feature over each other: what the model was trained on in grey, the batch in the accent. */
import type { DriftShape, FeatureDrift } from '../drift/drift.ts'
import { minimumRows } from './disclosure.ts'
import { drawing } from './drawing.ts'
import { formatShare, formatValue } from './format-number.ts'
import { histogram } from './histogram.ts'
import { type Content, html, type Markup } from './markup.ts'
import { linearScale, niceCeiling, place } from './scale.ts'
import { fitted } from './text-width.ts'

export interface DriftPair {
  /** Unique in the page. */
  readonly id: string
  readonly name: string
  readonly baseline: DriftShape
  readonly current: DriftShape
  /** @default `usualNames` */
  readonly names?: SideNames
}

/** What the two sides are called: the one behind in grey, the one in front in the accent. */
export interface SideNames {
  readonly behind: string
  readonly front: string
}

export const usualNames: SideNames = { behind: 'trained on', front: 'this batch' }

export function driftPair(pair: DriftPair): Markup {
  const { id, name, baseline, current, names = usualNames } = pair
  if (baseline.type === 'histogram' && current.type === 'histogram')
    return histogram({
      id,
      title: `Distribution of ${name}`,
      description: `Shares of “${names.behind}” and of “${names.front}” over ${baseline.counts.length} cells; values beyond the drawn range stand in the outermost cells.`,
      bins: {
        edges: baseline.edges,
        front: { name: names.front, counts: current.counts },
        behind: { name: names.behind, counts: baseline.counts },
      },
      label: name,
      format: formatValue,
      height: 230,
    })
  return levelBars(pair, pairedLevels(baseline, current))
}

export interface PairedLevel {
  readonly name: string
  /** Shares of each side, 0 to 1. */
  readonly before: number
  readonly now: number
}

const shownLevels = 12

/** The cells of both sides by name; those of few rows on both sides go together, and are not named. */
export function pairedLevels(baseline: DriftShape, current: DriftShape): PairedLevel[] {
  if (baseline.type !== 'levels' || current.type !== 'levels') return []
  const total = (shape: typeof baseline) => shape.levels.reduce((sum, { count }) => sum + count, 0)
  const [rowsBefore, rowsNow] = [Math.max(1, total(baseline)), Math.max(1, total(current))]
  const cells = baseline.levels.map(({ level, other, count }, at) => ({
    name: other ? 'other levels' : (level ?? 'missing'),
    isNamed: !other && level !== null,
    before: count,
    now: current.levels[at]?.count ?? 0,
  }))
  const few = cells.filter((cell) => cell.isNamed && Math.max(cell.before, cell.now) < minimumRows)
  const kept = cells.filter((cell) => !few.includes(cell) && cell.before + cell.now > 0)
  const rest = {
    name: `fewer than ${minimumRows} rows each`,
    before: few.reduce((sum, cell) => sum + cell.before, 0),
    now: few.reduce((sum, cell) => sum + cell.now, 0),
  }
  return [...kept, ...(rest.before + rest.now > 0 ? [rest] : [])].map(({ name, before, now }) => ({
    name,
    before: before / rowsBefore,
    now: now / rowsNow,
  }))
}

const width = 360
const rowHeight = 22
const barsFrom = 128
const barsTo = 268

function levelBars({ id, name, names = usualNames }: DriftPair, levels: readonly PairedLevel[]): Markup {
  // One or two left over would cost as much room as they save.
  const room = levels.length <= shownLevels + 2 ? levels.length : shownLevels
  const largest = [...levels]
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
    .slice(0, room)
  const shown = levels.filter((level) => largest.includes(level))
  const scale = linearScale(
    [0, niceCeiling(Math.max(...shown.map(({ before, now }) => Math.max(before, now))))],
    [0, barsTo - barsFrom],
  )
  const left = levels.length - shown.length
  const top = 26
  const height = top + shown.length * rowHeight + (left > 0 ? 24 : 8)
  const rows = shown.map((level, at): Content => {
    const y = top + at * rowHeight
    return [
      html`<text class="direct end" x="${barsFrom - 8}" y="${y + 14}">${fitted(level.name, barsFrom - 8)}</text>`,
      html`<rect class="before" x="${barsFrom}" y="${y + 2}" width="${place(scale(level.before))}" height="16"/>`,
      html`<rect class="fill" x="${barsFrom}" y="${y + 7}" width="${place(scale(level.now))}" height="6"/>`,
      html`<text class="tick end" x="${width}" y="${y + 14}">${formatShare(level.before)} → ${formatShare(level.now)}</text>`,
    ]
  })
  return drawing(
    {
      id,
      title: `Distribution of ${name}`,
      description: shown
        .map((level) => `${level.name}: ${formatShare(level.before)} before, ${formatShare(level.now)} now`)
        .join('; '),
      width,
      height,
    },
    [
      html`<rect class="before" x="${barsFrom}" y="4" width="14" height="10"/><text class="direct" x="${barsFrom + 19}" y="13">${names.behind}</text>`,
      html`<rect class="fill" x="${barsFrom + 92}" y="6" width="14" height="6"/><text class="direct accent" x="${barsFrom + 111}" y="13">${names.front}</text>`,
      rows,
      left > 0 &&
        html`<text class="tick" x="${barsFrom}" y="${height - 6}">${left} levels that moved less</text>`,
    ],
  )
}

/** Counts over the same cells, for a drawing in a row of a table. */
export function pairedCounts({
  baseline,
  current,
}: FeatureDrift): { before: number[]; now: number[] } | null {
  if (baseline === undefined || current === undefined) return null
  if (baseline.type === 'histogram' && current.type === 'histogram')
    return { before: baseline.counts, now: current.counts }
  const levels = pairedLevels(baseline, current)
  return { before: levels.map(({ before }) => before), now: levels.map(({ now }) => now) }
}
