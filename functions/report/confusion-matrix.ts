/** The confusion matrix at the chosen threshold: four counts, shaded by their share of all rows. */
import type { Confusion } from '../evaluation/evaluation.ts'
import { formatCount, formatDecimal, formatShare } from './format-number.ts'
import { html, type Markup } from './markup.ts'

export function confusionMatrix(
  confusion: Confusion,
  names: { readonly positive: string; readonly negative: string },
): Markup {
  const { truePositives, falsePositives, trueNegatives, falseNegatives, threshold } = confusion
  const rows = truePositives + falsePositives + trueNegatives + falseNegatives
  const cell = (count: number, words: string) => {
    const share = rows === 0 ? 0 : count / rows
    return html`<td style="background:color-mix(in srgb, var(--accent) ${Math.round(share * 45)}%, transparent)"><span class="count">${formatCount(count)}</span><span class="words">${words}, ${formatShare(share)}</span></td>`
  }
  return html`<p class="caption">Rows of the test side at threshold ${formatDecimal(threshold)}</p><div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="matrix" aria-label="Confusion matrix">
<thead><tr><th scope="col">In truth</th><th scope="col">flagged</th><th scope="col">not flagged</th></tr></thead>
<tbody><tr><th scope="row">${names.positive}</th>${cell(truePositives, 'found')}${cell(falseNegatives, 'missed')}</tr>
<tr><th scope="row">${names.negative}</th>${cell(falsePositives, 'false alarm')}${cell(trueNegatives, 'rightly left')}</tr></tbody></table></div>`
}
