/** What has changed from one version of a dataset to another: schema, rows, statistics, quality, distributions. */
import type { DatasetManifest } from '../dataset/manifest.ts'
import { detectDrift, ignoredColumns } from '../drift/detect-drift.ts'
import type { Drift } from '../drift/drift.ts'
import { baselineOf } from '../profile/baseline.ts'
import { estimatesDiffer, isEstimate } from '../profile/estimated-distinct.ts'
import type { Profile } from '../profile/profile.ts'
import { type PublicColumn, toPublicProfile } from '../profile/public-profile.ts'
import type { Project } from '../project.ts'

export interface Version {
  readonly manifest: DatasetManifest
  readonly profile: Profile
}

export interface SchemaChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly retyped: readonly { readonly column: string; readonly before: string; readonly after: string }[]
  /** The common columns stand in another order. */
  readonly reordered: boolean
}

type Statistics = Pick<
  PublicColumn,
  'type' | 'count' | 'nulls' | 'invalid' | 'distinct' | 'min' | 'max' | 'mean' | 'std'
>

export interface ColumnChange {
  /** null where the version has no such column. */
  readonly before: Statistics | null
  readonly after: Statistics | null
  /** Shares of missing cells, after less before; null where one version has no such column. */
  readonly missingChange: number | null
  readonly meanChange: number | null
  /** Some statistic differs. */
  readonly changed: boolean
}

export interface Comparison {
  readonly before: string
  readonly after: string
  readonly identical: boolean
  readonly schema: SchemaChange
  readonly rows: Readonly<Change>
  readonly bytes: Readonly<Change>
  readonly duplicates: Readonly<Change>
  readonly quality: {
    readonly before: DatasetManifest['quality']
    readonly after: DatasetManifest['quality']
    readonly changed: boolean
  }
  readonly columns: Readonly<Record<string, ColumnChange>>
  /** The later version held against the earlier one, by the rules of drift detection. */
  readonly drift: Pick<Drift, 'driftScore' | 'drifted' | 'features'>
}

interface Change {
  readonly before: number
  readonly after: number
  readonly change: number
}

/** The drift of `after` is measured with the project's own thresholds; what it does not watch is compared all the same. */
export function compareVersions(before: Version, after: Version, project: Project): Comparison {
  const [one, two] = [toPublicProfile(before.profile), toPublicProfile(after.profile)]
  const names = [...new Set([...Object.keys(one.columns), ...Object.keys(two.columns)])]
  const drift = detectDrift({
    baseline: baselineOf(before.profile),
    current: after.profile,
    thresholds: project.drift,
    ignore: ignoredColumns(project),
    entityKey: project.entityKey,
  })
  const label = ({ manifest }: Version) => `${manifest.name}@${manifest.version}`
  return {
    before: label(before),
    after: label(after),
    identical: before.manifest.sha256 === after.manifest.sha256,
    schema: compareSchemas(before.manifest, after.manifest),
    rows: change(one.rows, two.rows),
    bytes: change(before.manifest.bytes, after.manifest.bytes),
    duplicates: change(one.duplicates, two.duplicates),
    quality: {
      before: before.manifest.quality,
      after: after.manifest.quality,
      changed: before.manifest.quality.summary !== after.manifest.quality.summary,
    },
    columns: Object.fromEntries(
      names.map((name) => [
        name,
        compareColumn(ownOf(one.columns, name), ownOf(two.columns, name), {
          rows: [one.rows, two.rows],
          estimated: [before, after].some(({ profile }) => isEstimated(profile, name)),
        }),
      ]),
    ),
    drift: { driftScore: drift.driftScore, drifted: drift.drifted, features: drift.features },
  }
}

export function compareSchemas(
  before: Pick<DatasetManifest, 'schema'>,
  after: Pick<DatasetManifest, 'schema'>,
): SchemaChange {
  const types = new Map(before.schema.map(({ name, type }) => [name, type]))
  const later = new Map(after.schema.map(({ name, type }) => [name, type]))
  const common = (columns: DatasetManifest['schema']) =>
    columns.map(({ name }) => name).filter((name) => types.has(name) && later.has(name))
  const [first, second] = [common(before.schema), common(after.schema)]
  return {
    added: [...later.keys()].filter((name) => !types.has(name)),
    removed: [...types.keys()].filter((name) => !later.has(name)),
    retyped: first.flatMap((column) => {
      const [was, is] = [types.get(column) ?? '', later.get(column) ?? '']
      return was === is ? [] : [{ column, before: was, after: is }]
    }),
    reordered: first.some((name, at) => name !== second[at]),
  }
}

function compareColumn(
  before: PublicColumn | undefined,
  after: PublicColumn | undefined,
  { rows: [rowsBefore, rowsAfter], estimated }: { rows: readonly [number, number]; estimated: boolean },
): ColumnChange {
  const [was, is] = [statisticsOf(before), statisticsOf(after)]
  const missing = (column: Statistics | null, rows: number) =>
    column === null || rows === 0 ? null : column.nulls / rows
  return {
    before: was,
    after: is,
    missingChange: difference(missing(was, rowsBefore), missing(is, rowsAfter)),
    meanChange: difference(was?.mean ?? null, is?.mean ?? null),
    changed: !isSame(was, is, estimated ? estimatesDiffer : 0),
  }
}

/** @param tolerance share by which the counts of distinct values may differ: estimates say no more. */
function isSame(was: Statistics | null, is: Statistics | null, tolerance: number): boolean {
  if (was === null || is === null) return was === is
  const [one, two] = [was.distinct, is.distinct]
  const close = Math.abs(one - two) <= tolerance * Math.max(one, two)
  return close && JSON.stringify({ ...was, distinct: 0 }) === JSON.stringify({ ...is, distinct: 0 })
}

function isEstimated({ columns }: Profile, name: string): boolean {
  const column = ownOf(columns, name)
  return column !== undefined && isEstimate(column)
}

function statisticsOf(column: PublicColumn | undefined): Statistics | null {
  if (column === undefined) return null
  const { type, count, nulls, invalid, distinct, min, max, mean, std } = column
  return { type, count, nulls, invalid, distinct, min, max, mean, std }
}

const ownOf = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
const change = (before: number, after: number): Change => ({ before, after, change: after - before })
const difference = (before: number | null, after: number | null) =>
  before === null || after === null ? null : after - before
