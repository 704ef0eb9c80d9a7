/** A histogram without axes, for a row of a table: its numbers stand beside it. */
import { html, type Markup } from './markup.ts'
import { place } from './scale.ts'

const width = 136
const height = 32
/** Two levels are two bars, not two walls. */
const widest = 14

/** @param behind counts over the same cells, drawn in grey; each side is then drawn as shares of its own total. */
export function smallHistogram(
  counts: readonly number[],
  label: string,
  behind: readonly number[] = [],
): Markup {
  const front = sharesOf(counts)
  const back = sharesOf(behind)
  const most = Math.max(Number.MIN_VALUE, ...front, ...back)
  const step = Math.min(widest, width / Math.max(1, counts.length))
  const bars = (shares: readonly number[], kind: string, inset: number) =>
    shares.map((share, at) => {
      if (share === 0) return ''
      // What is there is seen: a bar of one row in a million is still visible.
      const tall = Math.max(0.8, (share / most) * (height - 2))
      return html`<rect class="${kind}" x="${place(at * step + inset * step)}" y="${place(height - 1 - tall)}" width="${place(Math.max(0.6, step * (1 - 2 * inset)))}" height="${place(tall)}"/>`
    })
  return html`<svg class="small" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${bars(back, 'before', 0.04)}${bars(front, 'fill', back.length === 0 ? 0.06 : 0.28)}<line class="axis" x1="0" x2="${width}" y1="${height - 0.5}" y2="${height - 0.5}"/></svg>`
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? 0 : count / total))
}
