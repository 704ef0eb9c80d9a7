/** Adds up the profiles of parts: associative and commutative, so that any partition in any order gives the same. */
import { rules } from '../dataset/rules-sql.ts'
import { cutLevels, mergeCategories } from './category-column.ts'
import { mergeCoMoments } from './co-moments.ts'
import { mergeExaminations } from './examination.ts'
import { mergeNumbers } from './numeric-column.ts'
import type {
  CategoryColumn,
  NumericColumn,
  Profile,
  ProfileColumn,
  SideSummary,
  Violation,
} from './profile.ts'
import { mergeHashes } from './smallest-hashes.ts'

/** Row hashes kept: the smallest ones, so that two samples hold the same rows. */
export const keptRowHashes = 2_048

type Features = NonNullable<Profile['features']>

/** @throws TypeError when the two were made of different columns, or with different sketch origins. */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const features = mergeFeatures(a.features, b.features)
  return {
    contract: 1,
    rows: a.rows + b.rows,
    parts: [...a.parts, ...b.parts].sort((x, y) => x.index - y.index),
    duplicates: a.duplicates + b.duplicates,
    rowHashes: mergeRowHashes(a.rowHashes, b.rowHashes),
    ...(a.entities === undefined || b.entities === undefined
      ? {}
      : { entities: mergeRowHashes(a.entities, b.entities) }),
    columns: mergeColumns(a.columns, b.columns, mergeColumn),
    coMoments: mergeCoMoments(a.coMoments, b.coMoments),
    ...(a.examination === undefined || b.examination === undefined
      ? {}
      : { examination: mergeExaminations(a.examination, b.examination) }),
    ...(features === undefined ? {} : { features }),
  }
}

/** Merges all, and cuts long lists of levels once, at the end. @throws TypeError when there is none. */
export function mergeAll(profiles: readonly Profile[]): Profile {
  return finishProfile(addAll(undefined, profiles))
}

/** Adds more profiles to a sum that is not finished; @param sum undefined where there is none yet. */
export const addAll = (sum: Profile | undefined, profiles: readonly Profile[]): Profile | undefined =>
  profiles.reduce<Profile | undefined>(
    (before, profile) => (before === undefined ? profile : mergeProfiles(before, profile)),
    sum,
  )

/** Cuts long lists of levels. @throws TypeError when nothing was added up. */
export function finishProfile(profile: Profile | undefined): Profile {
  if (profile === undefined) throw new TypeError('no profile to merge')
  const columns = mapValues(profile.columns, (column) =>
    column.kind === 'category' ? cutLevels(column) : column,
  )
  if (profile.features === undefined) return { ...profile, columns }
  const features = mapValues(profile.features.columns, (column) =>
    column.kind === 'category' ? cutLevels(column) : column,
  )
  return { ...profile, columns, features: { ...profile.features, columns: features } }
}

function mergeColumns<Column>(
  a: Record<string, Column>,
  b: Record<string, Column>,
  merge: (a: Column, b: Column) => Column,
): Record<string, Column> {
  return mapValues(a, (column, name) => {
    const other = b[name]
    if (other === undefined) throw new TypeError('profiles of different columns cannot be merged')
    return merge(column, other)
  })
}

function mergeColumn(a: ProfileColumn, b: ProfileColumn): ProfileColumn {
  if (a.kind !== 'opaque') {
    if (b.kind !== 'opaque') return mergeListed(a, b)
  } else if (b.kind === 'opaque')
    return {
      ...mergeBase(a, b),
      kind: 'opaque',
      type: a.type,
      count: a.count + b.count,
      smallestHashes: mergeHashes(a.smallestHashes ?? [], b.smallestHashes ?? []),
    }
  throw new TypeError('profiles of different columns cannot be merged')
}

type Listed = NumericColumn | CategoryColumn

function mergeListed(a: Listed, b: Listed): Listed {
  const base = mergeBase(a, b)
  if (a.kind === 'numeric' && b.kind === 'numeric')
    return { ...base, kind: 'numeric', type: a.type, ...mergeNumbers(a, b) }
  if (a.kind === 'category' && b.kind === 'category')
    return { ...base, kind: 'category', type: a.type, ...mergeCategories(a, b) }
  throw new TypeError('profiles of different columns cannot be merged')
}

const mergeBase = (a: ProfileColumn, b: ProfileColumn) => ({
  nulls: a.nulls + b.nulls,
  unreadable: a.unreadable + b.unreadable,
  violations: mergeViolations(a.violations, b.violations),
})

/** The counts per rule, in the order of the rules, and the first place by part and row. */
function mergeViolations(a: readonly Violation[], b: readonly Violation[]): Violation[] {
  const byRule = new Map(a.map((found) => [found.rule, found]))
  for (const found of b) {
    const known = byRule.get(found.rule)
    if (known === undefined) {
      byRule.set(found.rule, found)
      continue
    }
    const first = known.part - found.part || known.row - found.row
    byRule.set(found.rule, { ...(first <= 0 ? known : found), count: known.count + found.count })
  }
  return [...byRule.values()].sort((x, y) => rules.indexOf(x.rule) - rules.indexOf(y.rule))
}

export function mergeRowHashes(
  a: readonly [string, number][],
  b: readonly [string, number][],
): [string, number][] {
  const counts = new Map(a)
  for (const [hash, count] of b) counts.set(hash, (counts.get(hash) ?? 0) + count)
  return [...counts].sort(([x], [y]) => (x < y ? -1 : 1)).slice(0, keptRowHashes)
}

function mergeFeatures(a: Features | undefined, b: Features | undefined): Features | undefined {
  if (a === undefined || b === undefined) return undefined
  return {
    columns: mergeColumns(a.columns, b.columns, mergeListed),
    sides: mapValues(a.sides, (side, name) => mergeSides(side, b.sides[name])),
  }
}

function mergeSides(a: SideSummary, b: SideSummary | undefined): SideSummary {
  if (b === undefined) return a
  return {
    rows: a.rows + b.rows,
    positives: a.positives + b.positives,
    unlabelled: a.unlabelled + b.unlabelled,
    sum: a.sum + b.sum,
  }
}

function mapValues<Value, Result>(
  record: Record<string, Value>,
  change: (value: Value, name: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}
