/** What is worth a look, the gravest first, each with what to do about it. */
import type { Finding } from '../profile/finding.ts'
import { formatCount } from './format-number.ts'
import { type Content, html, type Markup } from './markup.ts'
import { computedIn, type Section } from './section.ts'

const names = { error: 'Error', warning: 'Warning', note: 'Note' } as const
const sources: Readonly<Record<Finding['source'], string>> = {
  rule: 'quality rule',
  anomaly: 'anomaly',
  privacy: 'privacy',
}
/** Notes of one kind go together; beyond this a list is read by nobody. */
const shown = 60

export function findingsSection(findings: readonly Finding[]): Section {
  const joined = joinNotes(findings)
  const more = joined.length - shown
  return {
    id: 'findings',
    title: 'What to look at',
    body: [
      joined.length === 0
        ? html`<p>Nothing: every rule is kept, and no anomaly was found.</p>`
        : html`<ol class="findings">${joined.slice(0, shown).map(entry)}</ol>`,
      more > 0 && html`<p class="note">And ${formatCount(more)} more, in the profile.</p>`,
      html`<p class="note">An error stops registration and training; a warning wants a look; a note is good to know. Rows are counted from 1, without the header.</p>`,
      computedIn(
        'functions/profile/quality-rules.ts',
        'functions/profile/anomalies.ts',
        'functions/profile/fence.ts',
        'functions/profile/isolation-forest.ts',
        'functions/privacy/detect-identifiers.ts',
      ),
    ],
  }
}

function entry({ severity, source, kind, columns, words, do: remedy, rows }: Finding): Content {
  return html`<li class="${severity}"><p class="what"><span class="severity">${names[severity]}</span> ${
    columns.length === 0 ? html`<strong>The table</strong>` : columnNames(columns)
  } <span class="quiet">${sources[source]}: ${kind.replaceAll('-', ' ')}</span></p><p>${words} ${
    rows === undefined || rows.length === 0 ? '' : html`<span class="quiet">${rowWords(rows)}</span>`
  }</p><p class="do">${remedy}</p></li>`
}

const namedColumns = 6

function columnNames(columns: readonly string[]): Markup {
  const more = columns.length - namedColumns
  return html`${columns
    .slice(0, namedColumns)
    .map((name, at) => [
      at === 0 ? '' : ', ',
      html`<strong>${name}</strong>`,
    ])}${more > 0 ? ` and ${more} more` : ''}`
}

function rowWords(rows: readonly number[]): string {
  const first = rows.slice(0, 5).map(formatCount).join('; ')
  return rows.length === 1 ? `Row ${first}.` : `Rows ${first}${rows.length > 5 ? ' …' : ''}.`
}

/** Ten empty columns are one note. */
function joinNotes(findings: readonly Finding[]): Finding[] {
  const joined: Finding[] = []
  for (const finding of findings) {
    const same = joined.findIndex(
      (other) =>
        finding.severity === 'note' &&
        other.severity === 'note' &&
        other.kind === finding.kind &&
        other.words === finding.words,
    )
    const known = joined[same]
    if (known === undefined) joined.push(finding)
    else joined.splice(same, 1, { ...known, columns: [...known.columns, ...finding.columns] })
  }
  return joined
}
