/** The frame of a report: one file that needs nothing else to be read, on paper or on any screen. */
import { type Content, html, Markup } from './markup.ts'
import { pageStyle } from './page-style.ts'
import { type Section, section } from './section.ts'

export interface Page {
  readonly title: string
  /** What kind of report, above the title. */
  readonly kind: string
  /** The outcome in a few words, below the title. */
  readonly verdict: Content
  readonly facts: Content
  readonly sections: readonly Section[]
  /** What the label cannot mean; printed under every report. */
  readonly caveat: string
}

export function page({ title, kind, verdict, facts, sections, caveat }: Page): string {
  const contents = sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} – ${kind}</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<header><p class="kind">${kind}</p><h1>${title}</h1>${verdict}${facts}</header>
<nav aria-label="Contents"><ol>${contents}</ol></nav>
<main>
${sections.map((one) => [section(one), '\n'])}
</main>
<footer>${caveat === '' ? '' : html`<p>${caveat}</p>`}<p>Written by Regimen; the file holds everything it needs and loads nothing.</p></footer>
</body>
</html>
`.text
}
