/** What the model relies on: one bar per feature, the most important first. */
import type { Importance } from '../evaluation/evaluation.ts'
import { formatDecimal, formatShare } from './format-number.ts'
import type { Markup } from './markup.ts'
import { bar, table } from './section.ts'

const shown = 20

export function importanceBars(importance: readonly Importance[], unit: string): Markup {
  const most = importance[0]?.share ?? 0
  const rows = importance
    .slice(0, shown)
    .map(({ label, meanAbsShap, share }) => [
      label,
      bar(most === 0 ? 0 : share / most, `${label}: ${formatShare(share)} of the whole`),
      formatShare(share),
      formatDecimal(meanAbsShap),
    ])
  const rest = importance.slice(shown)
  const restShare = rest.reduce((sum, { share }) => sum + share, 0)
  if (rest.length > 0)
    rows.push([
      `${rest.length} further features together`,
      bar(most === 0 ? 0 : restShare / most, `the rest: ${formatShare(restShare)} of the whole`),
      formatShare(restShare),
      '',
    ])
  return table(
    'Features by how much they move a prediction',
    [
      { title: 'Feature' },
      { title: '' },
      { title: 'Share of all', number: true },
      { title: `Mean |SHAP|, ${unit}`, number: true },
    ],
    rows,
  )
}
