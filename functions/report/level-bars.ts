/** The most frequent levels of a category as bars; those of few rows are counted together, and not named. */
import type { CategoryColumn } from '../profile/profile.ts'
import { minimumRows, publicLevels } from './disclosure.ts'
import { drawing } from './drawing.ts'
import { formatShare } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { place } from './scale.ts'
import { fitted } from './text-width.ts'

const width = 360
const rowHeight = 20
const barsFrom = 130
const barsTo = 300
const shownLevels = 8

interface Bar {
  readonly name: string
  readonly rows: number
  readonly kind: 'fill' | 'other'
}

export function levelBars(id: string, name: string, column: CategoryColumn): Markup {
  const { named, further, few } = publicLevels(column.levels, shownLevels)
  const total = Math.max(1, column.count)
  const unlisted = column.otherCount
  const rest = further.rows + unlisted
  const bars: Bar[] = [
    ...named.map(([level, rows]): Bar => ({ name: level === '' ? '(empty)' : level, rows, kind: 'fill' })),
    ...(rest >= minimumRows
      ? [
          {
            name: unlisted > 0 ? 'all other levels' : `${further.levels} more`,
            rows: rest,
            kind: 'other' as const,
          },
        ]
      : []),
    // A sum tells no more than its parts only when several go into it.
    ...(few.levels > 1 && few.rows >= minimumRows
      ? [{ name: `${few.levels} rare levels`, rows: few.rows, kind: 'other' as const }]
      : []),
  ]
  const most = Math.max(1, ...bars.map(({ rows }) => rows))
  const height = Math.max(1, bars.length) * rowHeight + 4
  return drawing(
    {
      id,
      title: `Levels of ${name}`,
      description:
        bars.map((bar) => `${bar.name}: ${formatShare(bar.rows / total)}`).join('; ') ||
        'no level of enough rows',
      width,
      height,
    },
    bars.length === 0
      ? html`<text class="tick" x="6" y="15">no level of ${minimumRows} rows or more</text>`
      : bars.map(({ name: level, rows, kind }, at) => {
          const y = at * rowHeight
          return html`<text class="direct end" x="${barsFrom - 8}" y="${y + 14}">${fitted(level, barsFrom - 8)}</text><rect class="${kind}" x="${barsFrom}" y="${y + 3}" width="${place(Math.max(1, (rows / most) * (barsTo - barsFrom)))}" height="13"/><text class="tick end" x="${width}" y="${y + 14}">${formatShare(rows / total)}</text>`
        }),
  )
}
