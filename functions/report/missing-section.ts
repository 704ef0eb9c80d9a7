/** What is missing: how much of each column, and where along the table. */
import type { Block } from '../profile/examination.ts'
import type { Profile } from '../profile/profile.ts'
import { formatCount, formatShare } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { place } from './scale.ts'
import { bar, computedIn, type Section, table } from './section.ts'

const shownColumns = 40
const width = 280
const height = 14

export function missingSection(profile: Profile): Section {
  const { rows, columns } = profile
  const blocks = profile.examination?.blocks ?? []
  const holed = Object.entries(columns)
    .map(([name, { nulls }]) => ({ name, nulls }))
    .filter(({ nulls }) => nulls > 0)
    .sort((a, b) => b.nulls - a.nulls)
  const all = Object.keys(columns).length
  const more = holed.length - shownColumns
  const isMapped = blocks.length > 1
  return {
    id: 'missing',
    title: 'What is missing',
    body:
      holed.length === 0
        ? html`<p>Nothing: every cell of the ${formatCount(all)} columns has a value.</p>`
        : [
            html`<p>${formatCount(holed.length)} of ${formatCount(all)} columns have missing cells.${isMapped ? ' Each strip runs from the first row to the last; the stronger its colour, the more is missing there.' : ''}</p>`,
            table(
              'Columns with missing cells, the emptiest first',
              [
                { title: 'Column' },
                { title: 'Missing', number: true },
                { title: 'Share' },
                ...(isMapped ? [{ title: 'Where: first row to last' }] : []),
              ],
              holed
                .slice(0, shownColumns)
                .map(({ name, nulls }): Content[] => [
                  name,
                  formatShare(rows === 0 ? null : nulls / rows),
                  bar(
                    rows === 0 ? 0 : nulls / rows,
                    `${formatShare(nulls / Math.max(1, rows))} of ${name} missing`,
                  ),
                  ...(isMapped ? [strip(name, blocks)] : []),
                ]),
            ),
            more > 0 && html`<p class="note">And ${formatCount(more)} more with fewer.</p>`,
            computedIn('functions/profile/missing-spikes.ts'),
          ],
  }
}

/** Of very many parts, neighbours are drawn as one. */
const drawnBlocks = 80

function strip(name: string, blocks: readonly Block[]): Markup {
  const together = Math.ceil(blocks.length / drawnBlocks)
  const shares = Array.from({ length: Math.ceil(blocks.length / together) }, (_, at) => {
    const some = blocks.slice(at * together, (at + 1) * together)
    const rows = some.reduce((sum, block) => sum + block.rows, 0)
    return some.reduce((sum, block) => sum + (block.missing[name] ?? 0), 0) / Math.max(1, rows)
  })
  const step = width / shares.length
  return html`<svg class="strip" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="Where ${name} is missing"><rect class="track" width="${width}" height="${height}"/>${shares.map(
    (share, at) =>
      share > 0 &&
      html`<rect class="fill" x="${place(at * step)}" width="${place(step + 0.3)}" height="${height}" opacity="${Math.max(0.06, Math.round(share * 100) / 100)}"/>`,
  )}</svg>`
}
