/** Sections, figures and small tables of a page, each with a note of where its numbers are computed. */
import { type Content, html, type Markup } from './markup.ts'

export interface Section {
  readonly id: string
  readonly title: string
  readonly body: Content
}

export const section = ({ id, title, body }: Section): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${body}</section>`

/** For a stranger who wants to see how a number comes about. @param files of this repository. */
export const computedIn = (...files: readonly string[]): Markup =>
  html`<p class="source">Computed in ${files.map((file, at) => [at === 0 ? '' : ', ', html`<code>${file}</code>`])}</p>`

export interface Figure {
  readonly title: string
  readonly drawing: Content
  readonly note?: Content
  readonly files: readonly string[]
}

export const figure = ({ title, drawing, note, files }: Figure): Markup =>
  html`<figure><h3>${title}</h3>${drawing}<figcaption>${note === undefined ? '' : html`<p>${note}</p>`}${computedIn(...files)}</figcaption></figure>`

export const figures = (...all: readonly Content[]): Markup => html`<div class="figures">${all}</div>`

export interface Column {
  readonly title: string
  /** Numbers stand under each other. @default false */
  readonly number?: boolean
}

/** A table in a box of its own, which scrolls on a narrow screen instead of the page; its caption stays in sight. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const kind = (at: number) => (columns[at]?.number === true ? 'number' : 'text')
  const cells = (row: readonly Content[]) =>
    row.map((cell, at) =>
      at === 0
        ? html`<th scope="row" class="${kind(at)}">${cell}</th>`
        : html`<td class="${kind(at)}">${cell}</td>`,
    )
  return html`<p class="caption">${caption}</p><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table aria-label="${caption}">
<thead><tr>${columns.map(({ title }, at) => html`<th scope="col" class="${kind(at)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${cells(row)}</tr>
`,
  )}</tbody></table></div>`
}

/** Names and what they are. */
export const facts = (pairs: readonly (readonly [string, Content])[]): Markup =>
  html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`

/** The bar beside a number: its length is `share` of the cell. */
export const bar = (share: number, label: string): Markup =>
  html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="track" width="100" height="8"/><rect class="fill" width="${Math.round(Math.max(0, Math.min(1, share)) * 1_000) / 10}" height="8"/></svg>`
