/** The numbers to remember, large, each with what it is to be read against. */
import { type Content, html, type Markup } from './markup.ts'

export interface Card {
  readonly name: string
  readonly value: string
  readonly beside: Content
}

export const headlineCards = (cards: readonly Card[]): Markup =>
  html`<dl class="cards">${cards.map(
    ({ name, value, beside }) =>
      html`<div class="card"><dt>${name}</dt><dd class="value">${value}</dd><dd class="beside">${beside}</dd></div>`,
  )}</dl>`
