/** Builds profiles out of plain values, so that a drift test reads as data. */
import type {
  CategoryColumn,
  NumericColumn,
  OpaqueColumn,
  Profile,
  ProfileColumn,
} from '../../../functions/profile/profile.ts'
import { hashOf, mergeHashes } from '../../../functions/profile/smallest-hashes.ts'

export type Cell = number | string | null

function tally<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

export function numericColumn(cells: readonly (number | null)[]): NumericColumn {
  const values = cells.filter((cell) => cell !== null)
  const levels = [...tally(values)].sort(([a], [b]) => a - b)
  const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    kind: 'numeric',
    type: 'number',
    count: values.length,
    nulls: cells.length - values.length,
    unreadable: 0,
    violations: [],
    min: levels[0]?.[0] ?? null,
    max: levels.at(-1)?.[0] ?? null,
    mean,
    m2: values.reduce((sum, value) => sum + (value - (mean ?? 0)) ** 2, 0),
    levels,
  }
}

/** The same column as it is profiled beyond 1,000 distinct values: counts between the baseline's edges. */
export function cellColumn(cells: readonly (number | null)[], edges: readonly number[]): NumericColumn {
  const { levels = [], ...column } = numericColumn(cells)
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (const [value, count] of levels) {
    const at = edges.findIndex((edge) => value <= edge)
    counts[at < 0 ? edges.length : at]! += count
  }
  return { ...column, cells: { edges: [...edges], counts } }
}

export function categoryColumn(cells: readonly (string | null)[]): CategoryColumn {
  const values = cells.filter((cell) => cell !== null)
  const levels = [...tally(values)].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return {
    kind: 'category',
    type: 'category',
    count: values.length,
    nulls: cells.length - values.length,
    unreadable: 0,
    violations: [],
    levels,
    otherCount: 0,
  }
}

export function identifierColumn(cells: readonly string[]): OpaqueColumn {
  const smallestHashes = mergeHashes([...new Set(cells)].map(hashOf), [])
  const base = { count: cells.length, nulls: 0, unreadable: 0, violations: [] }
  return { kind: 'opaque', type: 'identifier', ...base, smallestHashes }
}

export function profileOf(rows: number, columns: Record<string, ProfileColumn>): Profile {
  return { contract: 1, rows, parts: [], duplicates: 0, rowHashes: [], columns, coMoments: [] }
}

/** A profile of a table of numbers and texts; a column is numeric when its first value is a number. */
export function profileTable(table: Record<string, readonly Cell[]>): Profile {
  const rows = Object.values(table)[0]?.length ?? 0
  const columns = Object.entries(table).map(([name, cells]): [string, ProfileColumn] => {
    const isNumeric = typeof cells.find((cell) => cell !== null) === 'number'
    return [
      name,
      isNumeric
        ? numericColumn(cells.map((cell) => (typeof cell === 'number' ? cell : null)))
        : categoryColumn(cells.map((cell) => (cell === null ? null : String(cell)))),
    ]
  })
  return profileOf(rows, Object.fromEntries(columns))
}

export const thresholds = {
  effect: 0.1,
  pValue: 0.01,
  missingPoints: 0.05,
  alarmWeightedScore: 0.2,
  severeWeightedScore: 0.4,
  topFeatures: 10,
}
