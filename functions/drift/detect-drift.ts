/** The whole comparison of a batch's profile with the model's baseline: every watched column, and one verdict. */
import type { Profile, ProfileColumn } from '../profile/profile.ts'
import type { RowSample } from '../profile/row-sample.ts'
import type { Project } from '../project.ts'
import { raiseAlarm } from './alarm-rule.ts'
import { compareCategorical, missingOf } from './compare-categorical.ts'
import { compareNumeric } from './compare-numeric.ts'
import { type DesignEffects, designEffect } from './design-effect.ts'
import type { Drift, FeatureDrift } from './drift.ts'
import { jointDrift } from './joint-drift.ts'
import { type Evidence, judge, type Thresholds } from './verdict.ts'

export interface DriftRequest {
  readonly baseline: Profile
  readonly current: Profile
  readonly thresholds: Omit<Project['drift'], 'ignore'>
  /** Column whose values own several rows each: such rows say less than as many independent ones. */
  readonly entityKey?: string
  /** Source columns that are not watched, beside identifiers, times and texts. */
  readonly ignore?: ReadonlySet<string>
  /** Source column → part of the model's importance, 0 to 1. */
  readonly importance?: Readonly<Record<string, number>>
  readonly modelVersion?: string
  /** Sampled rows of both sides, for what no column shows alone. */
  readonly samples?: { readonly baseline: RowSample; readonly current: RowSample }
}

/**
 * How every feature is tested: a limit of p for all of them together (Bonferroni), since fifty columns tested at 1 %
 * each find something in two batches of five, and rows counted as the entities that they come from.
 */
interface Tests {
  readonly thresholds: Thresholds
  readonly effects: DesignEffects
}

export function detectDrift(request: DriftRequest): Drift {
  const { baseline, current, thresholds } = request
  const importance = new Map(Object.entries(request.importance ?? {}))
  const watched = Object.entries(baseline.columns).filter(
    ([name, column]) => isWatched(column) && request.ignore?.has(name) !== true,
  )
  const tests: Tests = {
    thresholds: { ...thresholds, pValue: thresholds.pValue / Math.max(1, testsOf(watched.length, request)) },
    effects: {
      baseline: designEffect(baseline, request.entityKey),
      current: designEffect(current, request.entityKey),
    },
  }
  const features: Record<string, FeatureDrift> = Object.fromEntries(
    watched.map(([name, column]) => [
      name,
      compareColumn(column, columnOf(current, name), request, importance.get(name) ?? 0, tests),
    ]),
  )
  const joint =
    request.samples === undefined
      ? undefined
      : jointDrift({
          baseline: watchedOnly(request.samples.baseline, features),
          current: watchedOnly(request.samples.current, features),
          pValue: tests.thresholds.pValue,
          effects: tests.effects,
        })
  const { effect, pValue, missingPoints, alarmWeightedScore, severeWeightedScore, topFeatures } = thresholds
  return {
    format: 'regimen-drift/1',
    ...raiseAlarm(features, thresholds, joint),
    rows: current.rows,
    baselineRows: baseline.rows,
    missingShare: missingShare(
      current,
      watched.map(([name]) => name),
    ),
    thresholds: { effect, pValue, missingPoints, alarmWeightedScore, severeWeightedScore, topFeatures },
    ...(request.modelVersion === undefined ? {} : { modelVersion: request.modelVersion }),
    ...(joint === undefined ? {} : { joint }),
    features,
  }
}

/** Every column is a test; sampled rows and the predictions that follow them are two more. */
const testsOf = (columns: number, { samples }: DriftRequest): number =>
  columns + (samples === undefined ? 0 : 2)

function watchedOnly(sample: RowSample, features: Readonly<Record<string, FeatureDrift>>): RowSample {
  const columns = Object.entries(sample.columns).filter(([name]) => Object.hasOwn(features, name))
  return { ...sample, columns: Object.fromEntries(columns) }
}

/** What a project does not want watched: what it ignores, and what is known only later. */
export function ignoredColumns(project: Project): ReadonlySet<string> {
  const later = project.source.columns.filter((column) => column.outcome).map((column) => column.name)
  return new Set([...project.drift.ignore, ...later, project.entityKey])
}

const isWatched = (column: ProfileColumn) => column.kind !== 'opaque' && column.type !== 'timestamp'

const columnOf = (profile: Profile, name: string) =>
  Object.hasOwn(profile.columns, name) ? profile.columns[name] : undefined

function compareColumn(
  before: ProfileColumn,
  now: ProfileColumn | undefined,
  { baseline, current }: DriftRequest,
  importance: number,
  { thresholds, effects }: Tests,
): FeatureDrift {
  const kind = before.kind === 'numeric' ? 'numeric' : 'categorical'
  const presence = (profile: Profile, column: ProfileColumn) => ({
    rows: profile.rows,
    missing: missingOf(column),
  })
  if (now === undefined) return incomparable(kind, 'the batch has no such column', importance)
  const evidence = compareSameKind(before, now, effects)
  if (evidence === null)
    return incomparable(
      kind,
      `profiled as ${before.kind} in the baseline, as ${now.kind} in the batch`,
      importance,
    )
  const values =
    kind === 'numeric' ? Math.min(before.count, now.count) : Math.min(baseline.rows, current.rows)
  const verdict = judge(
    evidence,
    presence(baseline, before),
    presence(current, now),
    values,
    thresholds,
    effects,
  )
  return {
    kind,
    ...evidence.statistics,
    ...verdict,
    importance,
    ...(evidence.baseline === undefined ? {} : { baseline: evidence.baseline }),
    ...(evidence.current === undefined ? {} : { current: evidence.current }),
  }
}

function compareSameKind(before: ProfileColumn, now: ProfileColumn, effects: DesignEffects): Evidence | null {
  if (before.kind === 'numeric' && now.kind === 'numeric') return compareNumeric(before, now, effects)
  if (before.kind === 'category' && now.kind === 'category') return compareCategorical(before, now, effects)
  return null
}

function incomparable(kind: FeatureDrift['kind'], why: string, importance: number): FeatureDrift {
  return {
    kind,
    status: 'insufficient-data',
    psi: null,
    jensenShannon: null,
    pValue: null,
    ...(kind === 'numeric' ? { ks: null, wasserstein: null } : { chiSquared: null, unseenShare: null }),
    missingChange: null,
    missingPValue: null,
    effect: null,
    drifted: null,
    reason: `insufficient-data: ${why}`,
    importance,
  }
}

function missingShare(profile: Profile, names: readonly string[]): number | null {
  const columns = names.map((name) => columnOf(profile, name)).filter((column) => column !== undefined)
  const cells = profile.rows * columns.length
  return cells === 0 ? null : columns.reduce((sum, column) => sum + missingOf(column), 0) / cells
}
