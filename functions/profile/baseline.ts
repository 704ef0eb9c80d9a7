/** Turns a training run's profile into the baseline that later batches are compared with. */

import { maxCells } from './exact.ts'
import { maxLevels } from './numeric-column.ts'
import type { NumericColumn, Profile } from './profile.ts'
import { sketchBins } from './sketch.ts'

/**
 * The profile with quantile cells for every numeric column whose values are too many to be listed; what the second look
 * found tells of the table, and nothing of later ones.
 */
export function baselineOf({ examination: _examination, findings: _findings, ...profile }: Profile): Profile {
  const columns = Object.entries(profile.columns).map(([name, column]) =>
    column.kind === 'numeric' && column.sketch !== undefined && column.cells === undefined
      ? [name, { ...column, cells: quantileCells(column) }]
      : [name, column],
  )
  return { ...profile, columns: Object.fromEntries(columns) }
}

/** Edges for the counts of a batch: the baseline's cells, or its listed values themselves (then the counts are exact). */
export function edgesOf(column: NumericColumn): readonly number[] | undefined {
  if (column.cells !== undefined) return column.cells.edges
  return column.levels !== undefined && column.levels.length <= maxLevels
    ? column.levels.map(([value]) => value)
    : undefined
}

/** Cells end where bins of the sketch end, so that their counts are exact. */
function quantileCells(column: NumericColumn): NonNullable<NumericColumn['cells']> {
  const bins = column.sketch === undefined ? [] : sketchBins(column.sketch)
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  const edges: number[] = []
  const counts: number[] = []
  let open = 0
  for (const [at, { to, count }] of bins.entries()) {
    open += count
    if (at < bins.length - 1 && open * maxCells >= total && edges.length < maxCells - 1) {
      edges.push(to)
      counts.push(open)
      open = 0
    }
  }
  return { edges, counts: [...counts, open] }
}
