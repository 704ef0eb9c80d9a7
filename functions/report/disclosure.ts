/** What of a column may stand in a report: nothing that points at few, and no value of what names somebody. */
import { minimumEntities } from '../evaluation/group-metrics.ts'
import type { NumericColumn } from '../profile/profile.ts'
import { quantiles } from '../profile/quantiles.ts'
import type { Project, SourceColumn } from '../project.ts'

/** A level of fewer rows is counted together with others like it, and not named. */
export const minimumRows = minimumEntities

/** A column that the project does not describe is not shown either. */
export const mayShowValues = (column: SourceColumn | undefined): boolean =>
  column !== undefined && column.type !== 'identifier' && column.type !== 'text' && column.phi !== 'direct'

export const showableColumns = ({ source }: Project): ReadonlySet<string> =>
  new Set(source.columns.filter(mayShowValues).map(({ name }) => name))

/** Features that no identifying or quasi-identifying column goes into: a single row's value may be shown. */
export function openFeatures({ features, source }: Project): ReadonlySet<string> {
  const open = new Set(
    source.columns.filter((column) => column.phi === 'none' && mayShowValues(column)).map(({ name }) => name),
  )
  return new Set(
    features.filter(({ from }) => from.every((column) => open.has(column))).map(({ name }) => name),
  )
}

export interface PublicLevels {
  readonly named: readonly (readonly [string, number])[]
  /** Frequent enough to be named, but beyond what is shown. */
  readonly further: { readonly levels: number; readonly rows: number }
  readonly few: { readonly levels: number; readonly rows: number }
}

/** @param levels most frequent first. @param shown at most so many are named. */
export function publicLevels(levels: readonly (readonly [string, number])[], shown: number): PublicLevels {
  const frequent = levels.filter(([, count]) => count >= minimumRows)
  const sum = (list: readonly (readonly [string, number])[]) => ({
    levels: list.length,
    rows: list.reduce((all, [, count]) => all + count, 0),
  })
  return {
    named: frequent.slice(0, shown),
    further: sum(frequent.slice(shown)),
    few: sum(levels.filter(([, count]) => count < minimumRows)),
  }
}

/**
 * The values that `minimumRows` rows lie at or below, and at or above, for a column that helps to tell people apart;
 * minimum and maximum for any other. Null where there are too few values.
 */
export function publicRange(
  column: NumericColumn,
  { phi }: Pick<SourceColumn, 'phi'>,
): readonly [number, number] | null {
  const { min, max, count } = column
  if (min === null || max === null) return null
  if (phi === 'none') return [min, max]
  if (count < 2 * minimumRows) return null
  const share = (minimumRows - 1) / (count - 1)
  const [low, high] = quantiles(column, [share, 1 - share])
  return low == null || high == null ? null : [low, high]
}
