/** One prediction and what moved it, without anything that names whom it is about. */
import { formatDecimal, formatSigned } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { table } from './section.ts'

export interface ExplainedPrediction {
  readonly heading: string
  /** What came true, or how sure the model is. */
  readonly beside: Content
  readonly factors: readonly ExplainedFactor[]
}

export interface ExplainedFactor {
  readonly label: string
  /** Null where the value is withheld. */
  readonly value: string | null
  /** Margin units; above 0 raises. */
  readonly contribution: number
}

export function explainedPrediction({ heading, beside, factors }: ExplainedPrediction): Markup {
  const most = Math.max(0, ...factors.map(({ contribution }) => Math.abs(contribution)))
  const rows = factors.map(({ label, value, contribution }) => [
    label,
    value ?? html`<span class="quiet">withheld</span>`,
    contributionBar(
      most === 0 ? 0 : contribution / most,
      `${label} ${contribution < 0 ? 'lowers' : 'raises'} it by ${formatDecimal(Math.abs(contribution))}`,
    ),
    formatSigned(contribution, 2),
  ])
  return html`<div class="explained"><h3>${heading}</h3><p class="note">${beside}</p>${table(
    'What moved it most: grey to the left lowers it, colour to the right raises it',
    [{ title: 'Feature' }, { title: 'Value' }, { title: '' }, { title: 'Effect', number: true }],
    rows,
  )}</div>`
}

/** @param relative −1 to 1. */
function contributionBar(relative: number, label: string): Markup {
  const length = Math.round(Math.abs(relative) * 500) / 10
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="track" x="49.7" width="0.6" height="8"/><rect class="${relative < 0 ? 'lowers' : 'fill'}" x="${relative < 0 ? 50 - length : 50}" width="${length}" height="8"/></svg>`
}
