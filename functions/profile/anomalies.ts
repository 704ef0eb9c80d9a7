/** The anomalies of a profiled table as findings: missing spikes, outliers, odd rows, repetition, cells of another type. */
import { kindsByName } from '../privacy/detect-identifiers.ts'
import type { SourceColumn } from '../project.ts'
import { counted, type Finding, percent } from './finding.ts'
import { missesMore, missingSpikes } from './missing-spikes.ts'
import { outliersRows } from './outlier-rows.ts'
import { outliersOf } from './outliers.ts'
import type { NumericColumn, Profile, ProfileColumn } from './profile.ts'
import { duplicateShare } from './quality.ts'
import { distinct } from './quantiles.ts'

export interface AnomalyOptions {
  /** What the project says about the columns; @default nothing is known, and nothing forbidden */
  readonly columns?: readonly SourceColumn[] | undefined
  /** The profile that the table is to be like. */
  readonly baseline?: Profile | undefined
}

/** A value that fewer rows hold points at them. */
const leastShown = 11
const shownRows = 10
const shownSpikes = 3

/** @returns findings of severity `warning` and `note`, column by column in the profile's order. */
export function findAnomalies(profile: Profile, { columns, baseline }: AnomalyOptions = {}): Finding[] {
  const described = new Map(columns?.map((column) => [column.name, column]))
  const perColumn = Object.entries(profile.columns).flatMap(([name, column]) => {
    const source = described.get(name)
    return [
      ...(column.kind === 'numeric' ? outlierFindings(profile, name, column, source) : []),
      ...spikeFindings(profile, name),
      ...missingFindings(profile, name, column, baseline),
      ...mixedFindings(profile, name, source),
      ...placeholderFindings(name, column),
      ...keyFindings(name, column, source),
      ...constantFindings(profile, name, column),
    ]
  })
  return [...perColumn, ...isolationFindings(profile), ...duplicateFindings(profile)]
}

/** The row of the file that is row `row` of part `part`. */
export const rowOfFile = ({ parts }: Profile, { part, row }: { part: number; row: number }): number =>
  (parts.find(({ index }) => index === part)?.firstRow ?? 0) + row

function outlierFindings(
  profile: Profile,
  name: string,
  column: NumericColumn,
  source: SourceColumn | undefined,
): Finding[] {
  const outliers = outliersOf(column)
  if (outliers === null || outliers.count === 0) return []
  const { low, high, count, repeated } = outliers
  const mayShow = (source?.phi ?? 'none') === 'none'
  const repetitions = repeated.map((entry): Finding => {
    const said = mayShow && entry.count >= leastShown ? `The value ${entry.value}` : 'One value'
    return {
      source: 'anomaly',
      kind: 'repeated-extreme',
      severity: 'warning',
      columns: [name],
      words: `${said} stands apart from all others and is there ${counted(entry.count, 'time')}: it may stand for "unknown".`,
      do: 'If it means missing, name it in nullTokens or empty the cells; a model would take it for a quantity.',
      count: entry.count,
      share: entry.count / Math.max(1, column.count),
    }
  })
  const single = count - repeated.reduce((sum, entry) => sum + entry.count, 0)
  if (single <= 0) return repetitions
  const sides = [column.min !== null && column.min < low, column.max !== null && column.max > high]
  const beyond = [sides[0] ? `below ${round(low)}` : '', sides[1] ? `above ${round(high)}` : ''].filter(
    (side) => side !== '',
  )
  return [
    ...repetitions,
    {
      source: 'anomaly',
      kind: 'outliers',
      severity: 'warning',
      columns: [name],
      words: `${counted(single, 'value')} far from all others: ${beyond.join(' or ')} (robust z score above 5).`,
      do: 'Look at the rows: a slipped decimal point, another unit, or a true rarity?',
      count: single,
      share: single / Math.max(1, column.count),
      rows: outliersRows(profile, name, outliers),
    },
  ]
}

function spikeFindings(profile: Profile, name: string): Finding[] {
  const spikes = missingSpikes(profile.examination?.blocks ?? [], name)
  if (spikes.length === 0) return []
  const largest = spikes.toSorted((a, b) => b.missing - a.missing).slice(0, shownSpikes)
  const places = largest
    .sort((a, b) => a.from - b.from)
    .map(
      ({ from, to, missing, rows }) => `rows ${grouped(from)} to ${grouped(to)} (${percent(missing / rows)})`,
    )
  const more = spikes.length - places.length
  const missing = spikes.reduce((sum, spike) => sum + spike.missing, 0)
  return [
    {
      source: 'anomaly',
      kind: 'missing-spike',
      severity: 'warning',
      columns: [name],
      words: `Far more is missing in ${places.join(', ')}${more > 0 ? ` and ${counted(more, 'more place')}` : ''} than usual (${percent(spikes[0]?.usual ?? 0)}).`,
      do: 'Ask the source what happened to these rows: a field that was not filled, or a load that failed halfway.',
      count: missing,
      share: missing / Math.max(1, profile.rows),
      rows: firstRows(spikes.map(({ from }) => from)),
    },
  ]
}

function missingFindings(
  profile: Profile,
  name: string,
  column: ProfileColumn,
  baseline: Profile | undefined,
): Finding[] {
  const before = baseline?.columns[name]
  if (baseline === undefined || before === undefined) return []
  const now = { nulls: column.nulls, rows: profile.rows }
  if (!missesMore(now, { nulls: before.nulls, rows: baseline.rows })) return []
  return [
    {
      source: 'anomaly',
      kind: 'missing-change',
      severity: 'warning',
      columns: [name],
      words: `${percent(column.nulls / profile.rows)} missing, where the version before had ${percent(before.nulls / baseline.rows)}.`,
      do: 'Ask the source whether the field is still filled; a model trained on it expects it.',
      count: column.nulls,
      share: column.nulls / profile.rows,
    },
  ]
}

/** More cells than this are no slip: the column is a code that mostly looks like a number. */
const largestSlip = 0.01

function mixedFindings(profile: Profile, name: string, source: SourceColumn | undefined): Finding[] {
  const mixed = profile.examination?.mixed[name]
  if (mixed === undefined || mixed.count === 0) return []
  const share = mixed.count / Math.max(1, profile.rows)
  const isSlip = share <= largestSlip
  // The project says that it is a category.
  if (!isSlip && source !== undefined) return []
  return [
    {
      source: 'anomaly',
      kind: 'mixed-types',
      severity: isSlip ? 'warning' : 'note',
      columns: [name],
      words: `${counted(mixed.count, 'cell')} cannot be read as ${mixed.type === 'number' ? 'a number' : 'a time'}, though nearly all others can.`,
      do: isSlip
        ? 'Correct the cells or name them in nullTokens; until then the column counts as a category.'
        : 'A code that mostly looks like a number is right as a category; otherwise correct the cells.',
      count: mixed.count,
      share,
      ...(mixed.first === undefined ? {} : { rows: [rowOfFile(profile, mixed.first)] }),
    },
  ]
}

const placeholders = new Set([
  '?',
  '-',
  '--',
  '.',
  'unknown',
  'missing',
  'not available',
  'n.a.',
  '#n/a',
  'tbd',
  'nil',
  '(null)',
])

/** A level that says that there is no value. */
function placeholderFindings(name: string, column: ProfileColumn): Finding[] {
  if (column.kind !== 'category') return []
  const found = column.levels.filter(
    ([level, count]) => placeholders.has(level.trim().toLowerCase()) && count >= leastShown,
  )
  const count = found.reduce((sum, [, each]) => sum + each, 0)
  if (count === 0) return []
  return [
    {
      source: 'anomaly',
      kind: 'placeholder',
      severity: 'note',
      columns: [name],
      words: `${counted(count, 'cell')} (${percent(count / column.count)}) hold ${found.map(([level]) => JSON.stringify(level)).join(', ')}, which seems to mean missing.`,
      do: 'Name it in nullTokens of the project, so that it counts as missing and not as a level.',
      count,
      share: count / column.count,
    },
  ]
}

/** A column that is called a key, and nearly is one. */
function keyFindings(name: string, column: ProfileColumn, source: SourceColumn | undefined): Finding[] {
  const isCalledKey = source?.type === 'identifier' || kindsByName(name).includes('code')
  // Sketched counts are right to 3 %, which is more than what is looked for.
  if (!isCalledKey || column.exact === undefined || column.count < 50) return []
  const repeated = column.count - distinct(column)
  if (repeated === 0 || repeated > 0.02 * column.count) return []
  return [
    {
      source: 'anomaly',
      kind: 'nearly-unique',
      severity: 'warning',
      columns: [name],
      words: `Nearly every value is there once, but ${counted(repeated, 'row repeats', 'rows repeat')} the value of another.`,
      do: 'If the column is the key of the table, keep one row of each; otherwise nothing is wrong.',
      count: repeated,
      share: repeated / column.count,
    },
  ]
}

function constantFindings(profile: Profile, name: string, column: ProfileColumn): Finding[] {
  if (profile.rows < 2) return []
  const isEmpty = column.count === 0
  const isConstant =
    column.kind === 'numeric'
      ? column.min !== null && column.min === column.max
      : column.kind === 'category' && column.levels.length === 1 && column.otherCount === 0
  if (!isEmpty && !isConstant) return []
  return [
    {
      source: 'anomaly',
      kind: isEmpty ? 'empty' : 'constant',
      severity: 'note',
      columns: [name],
      words: isEmpty ? 'No row has a value.' : 'All values are the same.',
      do: 'A model learns nothing from it; leave it out, or ask why it says nothing.',
    },
  ]
}

function isolationFindings(profile: Profile): Finding[] {
  const isolation = profile.examination?.isolation
  if (isolation === undefined || isolation.flagged === 0) return []
  const columns = new Map<string, number>()
  for (const row of isolation.rows)
    for (const name of row.columns) columns.set(name, (columns.get(name) ?? 0) + 1)
  const named = [...columns].sort(([, a], [, b]) => b - a).slice(0, 3)
  return [
    {
      source: 'anomaly',
      kind: 'isolated-rows',
      severity: 'warning',
      columns: named.map(([name]) => name),
      words: `${counted(isolation.flagged, 'row')} of ${counted(isolation.sampled, 'sampled row')} ${isolation.flagged === 1 ? 'is' : 'are'} unlike the others in several columns together (isolation forest).`,
      do: 'Look at the rows: each value may pass, their combination may not.',
      count: isolation.flagged,
      share: isolation.flagged / Math.max(1, isolation.sampled),
      rows: firstRows(isolation.rows.map((row) => rowOfFile(profile, row))),
    },
  ]
}

function duplicateFindings(profile: Profile): Finding[] {
  const share = duplicateShare(profile)
  if (!(share > 0)) return []
  const isSampled = profile.parts.length > 1
  const count = isSampled ? Math.round(share * profile.rows) : profile.duplicates
  return [
    {
      source: 'anomaly',
      kind: 'duplicate-rows',
      severity: 'warning',
      columns: [],
      words: `${isSampled ? 'About ' : ''}${counted(count, 'row repeats', 'rows repeat')} another one exactly (${percent(share)}).`,
      do: 'Keep one of each: repeated rows count twice in training and in every figure.',
      count,
      share,
    },
  ]
}

const firstRows = (rows: readonly number[]) => [...new Set(rows)].sort((a, b) => a - b).slice(0, shownRows)
const grouped = (row: number) => row.toLocaleString('en-US')
const round = (value: number) =>
  Number(value.toPrecision(4)).toLocaleString('en-US', { maximumSignificantDigits: 4 })
