/**
 * The page of a table: what it holds column by column, what is missing, what moves together, what to look at.
 *
 * A dataset version: `renderProfileReport({ title: project.title, profile, project, findings: profile.findings ?? [],
 * facts: [['Dataset', 'name@version'], …] })`. A plain file: the same without `project`; columns that seem to identify
 * people are then counted and not listed. The profile should be an examined one; without an examination the places of
 * missing cells, odd rows and identifiers are left out. Pure: the caller stores the page.
 */
import type { Finding } from '../profile/finding.ts'
import { detectIdentifiers } from '../profile/identifier-findings.ts'
import type { Profile } from '../profile/profile.ts'
import { duplicateShare } from '../profile/quality.ts'
import { columnSchema, type Project, type SourceColumn } from '../project.ts'
import { columnPanel } from './column-panel.ts'
import { correlationSection } from './correlation-section.ts'
import { mayShowValues } from './disclosure.ts'
import { type Verdict, verdictBlock } from './drift-verdict.ts'
import { findingsSection } from './findings-section.ts'
import { formatCount, formatShare } from './format-number.ts'
import { type Card, headlineCards } from './headline-cards.ts'
import { type Content, html } from './markup.ts'
import { missingSection } from './missing-section.ts'
import { page } from './page.ts'
import { computedIn, facts as factList, type Section } from './section.ts'

export interface ProfileReport {
  readonly title: string
  readonly profile: Profile
  /** As `findingsOf` makes them. */
  readonly findings: readonly Finding[]
  /** What the columns are. @default the project's; a plain file's are judged by their names and values */
  readonly columns?: readonly SourceColumn[] | undefined
  readonly project?: Project | undefined
  /** Name and value, under the title. */
  readonly facts?: readonly (readonly [string, Content])[]
}

/** Columns drawn one by one: a page of more is read by nobody, and grows beyond 1.5 MB. */
const drawnColumns = 160

export function renderProfileReport(report: ProfileReport): string {
  const { title, profile, findings, project, facts = [] } = report
  const columns = describedColumns(profile, report.columns ?? project?.source.columns)
  const described = new Map(columns.map((column) => [column.name, column]))
  return page({
    kind: 'Dataset profile',
    title,
    verdict: verdictBlock(verdictOf(findings)),
    facts: facts.length === 0 ? '' : factList(facts),
    caveat: project?.label.caveat ?? '',
    sections: [
      headlineSection(profile, findings, columns),
      findingsSection(findings),
      columnsSection(profile, columns),
      missingSection(profile),
      ...correlationSection(profile, (name) => mayShowValues(described.get(name))),
    ],
  })
}

/** What the project says, or what the columns of a plain file seem to be. */
function describedColumns(profile: Profile, known: readonly SourceColumn[] | undefined): SourceColumn[] {
  if (known !== undefined) return known.filter(({ name }) => profile.columns[name] !== undefined)
  const found = new Map(detectIdentifiers(profile).map(({ column, phi }) => [column, phi]))
  return Object.entries(profile.columns).map(([name, { type }]) =>
    columnSchema.parse({ name, type, nullable: true, phi: found.get(name) ?? 'none' }),
  )
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const count = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  if (errors > 0)
    return {
      headline: 'Not good enough to train on',
      what: `${errors} ${errors === 1 ? 'error stops' : 'errors stop'} it.`,
      moved: [],
      advice:
        errors === 1
          ? 'The error stands first under “What to look at”, with what to do.'
          : 'The errors stand first under “What to look at”, each with what to do.',
      isAlarming: true,
    }
  if (warnings > 0)
    return {
      headline: 'Fit for use',
      what: `${warnings} ${warnings === 1 ? 'thing wants' : 'things want'} a look.`,
      moved: [],
      advice:
        warnings === 1
          ? 'It stands under “What to look at”, with what to do.'
          : 'They stand under “What to look at”, each with what to do.',
      isAlarming: false,
    }
  return {
    headline: 'Fit for use',
    what: 'Nothing stands out.',
    moved: [],
    advice: 'Nothing has to be done.',
    isAlarming: false,
  }
}

function headlineSection(
  profile: Profile,
  findings: readonly Finding[],
  columns: readonly SourceColumn[],
): Section {
  const all = Object.values(profile.columns)
  const cells = profile.rows * all.length
  const missing = all.reduce((sum, { nulls, unreadable }) => sum + nulls + unreadable, 0)
  const kinds = (kind: string) => all.filter((column) => column.kind === kind).length
  const hidden = columns.filter((column) => !mayShowValues(column)).length
  const count = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length
  const cards: Card[] = [
    {
      name: 'Rows',
      value: formatCount(profile.rows),
      beside: profile.parts.length > 1 ? `in ${formatCount(profile.parts.length)} parts` : '',
    },
    {
      name: 'Columns',
      value: formatCount(all.length),
      beside: `numbers ${kinds('numeric')}, categories ${kinds('category')}, only counted ${kinds('opaque')}`,
    },
    {
      name: 'Missing',
      value: formatShare(cells === 0 ? null : missing / cells),
      beside: `${formatCount(missing)} of ${formatCount(cells)} cells`,
    },
    {
      name: 'Repeated rows',
      value: formatShare(profile.rows === 0 ? null : duplicateShare(profile)),
      beside: `${formatCount(profile.duplicates)} rows repeat an earlier one${profile.parts.length > 1 ? ' of their part' : ''}`,
    },
    {
      name: 'To look at',
      value: formatCount(count('error') + count('warning')),
      beside: `errors ${count('error')}, warnings ${count('warning')}, notes ${count('note')}`,
    },
    { name: 'Identify people', value: formatCount(hidden), beside: 'columns whose values are not shown' },
  ]
  return {
    id: 'headline',
    title: 'In short',
    body: [
      headlineCards(cards),
      computedIn('functions/profile/merge-profile.ts', 'functions/profile/quality.ts'),
    ],
  }
}

function columnsSection(profile: Profile, columns: readonly SourceColumn[]): Section {
  const panels = columns.slice(0, drawnColumns).flatMap((source, at) => {
    const column = profile.columns[source.name]
    return column === undefined
      ? []
      : [columnPanel({ id: `column-${at}`, name: source.name, column, source, rows: profile.rows })]
  })
  const more = columns.length - panels.length
  return {
    id: 'columns',
    title: 'Column by column',
    body: [
      html`<p>Numbers: bars, and below them the median (thick line), the middle half (box) and the middle nine tenths (thin line); a dashed edge is the fence beyond which values are outliers, which are counted and not drawn. Categories: the most frequent levels.</p>`,
      html`<div class="panels">${panels}</div>`,
      more > 0 &&
        html`<p class="note">${formatCount(more)} more columns are in the profile, and not drawn.</p>`,
      computedIn(
        'functions/profile/quantiles.ts',
        'functions/profile/fence.ts',
        'functions/report/disclosure.ts',
      ),
    ],
  }
}
