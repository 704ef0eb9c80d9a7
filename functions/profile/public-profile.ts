/** The profile as other programs read it (`regimen profile --json`): plain numbers, no sketches, no hashes. */
import { correlation } from './co-moments.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'
import type { NumericColumn, Profile, ProfileColumn } from './profile.ts'
import {
  deviation,
  distinct,
  type HistogramBar,
  histogram,
  kurtosis,
  quantiles,
  skewness,
} from './quantiles.ts'

const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
const shownValues = 10

export interface PublicColumn {
  readonly type: string
  /** Values that are not missing. */
  readonly count: number
  readonly nulls: number
  /** Cells that break the schema contract. */
  readonly invalid: number
  readonly distinct: number
  /** Numbers (seconds since 1970 for a timestamp); null where a column has none. */
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  /** Sample deviation (n - 1). */
  readonly std: number | null
  /** Corrected for the sample (G1, and excess G2: 0 for a normal distribution). */
  readonly skew: number | null
  readonly kurtosis: number | null
  readonly quantiles: Readonly<Record<string, number | null>>
  readonly topValues: readonly { value: string | number; count: number }[]
  readonly histogram: readonly HistogramBar[]
}

export interface PublicProfile {
  readonly rows: number
  readonly duplicates: number
  readonly columns: Readonly<Record<string, PublicColumn>>
  readonly correlations: readonly { columns: readonly [string, string]; correlation: number | null }[]
  /** Between a category and another column, on a sample of rows. */
  readonly associations: NonNullable<Examination['associations']>
  /** Broken rules, anomalies, columns that seem to identify people; the gravest first. */
  readonly findings: readonly Finding[]
}

export function toPublicProfile(profile: Profile): PublicProfile {
  return {
    rows: profile.rows,
    duplicates: profile.duplicates,
    columns: Object.fromEntries(
      Object.entries(profile.columns).map(([name, column]) => [name, toPublic(column)]),
    ),
    correlations: profile.coMoments.map((pair) => ({
      columns: pair.columns,
      correlation: correlation(pair),
    })),
    associations: profile.examination?.associations ?? [],
    findings: profile.findings ?? [],
  }
}

function toPublic(column: ProfileColumn): PublicColumn {
  const base = {
    type: column.type,
    count: column.count,
    nulls: column.nulls,
    invalid: column.violations.reduce((sum, { count }) => sum + count, 0),
    distinct: distinct(column),
  }
  if (column.kind === 'numeric') return { ...base, ...numeric(column) }
  const levels = column.kind === 'category' ? column.levels.slice(0, shownValues) : []
  return {
    ...base,
    min: null,
    max: null,
    mean: null,
    std: null,
    skew: null,
    kurtosis: null,
    quantiles: {},
    topValues: levels.map(([value, count]) => ({ value, count })),
    histogram: [],
  }
}

function numeric(column: NumericColumn) {
  const { exact, levels } = column
  const found = quantiles(column, shares)
  const frequent =
    exact?.topValues ?? levels?.toSorted(([a, x], [b, y]) => y - x || a - b).slice(0, shownValues) ?? []
  return {
    min: column.min,
    max: column.max,
    mean: column.mean,
    std: deviation(column),
    skew: skewness(column),
    kurtosis: kurtosis(column),
    quantiles:
      exact?.quantiles ?? Object.fromEntries(shares.map((share, at) => [String(share), found[at] ?? null])),
    topValues: frequent.map(([value, count]) => ({ value, count })),
    histogram: exact?.histogram ?? histogram(column),
  }
}
