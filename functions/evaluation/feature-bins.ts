/** At most ten bins per feature for the simple model, from the training profile, so that counts of parts add up. */
import type { FeatureColumns } from '../features/examples.ts'
import type { NumericColumn, Profile } from '../profile/profile.ts'
import { sketchBins } from '../profile/sketch.ts'

const maxBins = 10

/** The place of each row's value among `bins` bins; the last bin holds missing values. */
export interface FeatureBins {
  readonly bins: number
  place(value: number | string | null): number
}

type Feature = NonNullable<Profile['features']>['columns'][string]

/** Numbers: nine cells between quantiles of the training rows. Levels: the eight most frequent, and the others. */
export function featureBins(column: Feature): FeatureBins {
  if (column.kind === 'category') {
    const named = new Map(column.levels.slice(0, maxBins - 2).map(([level], at) => [level, at]))
    const other = named.size
    return {
      bins: other + 2,
      place: (value) => (value === null ? other + 1 : (named.get(String(value)) ?? other)),
    }
  }
  const edges = quantileEdges(column)
  return {
    bins: edges.length + 2,
    place(value) {
      const number = Number(value)
      if (value === null || Number.isNaN(number)) return edges.length + 1
      const found = edges.findIndex((edge) => number <= edge)
      return found < 0 ? edges.length : found
    },
  }
}

/** At most eight unique upper edges. */
function quantileEdges(column: NumericColumn): number[] {
  const cells = column.levels ?? cellLevels(column)
  const rows = cells.reduce((sum, [, count]) => sum + count, 0)
  const edges: number[] = []
  let below = 0
  let next = 1
  for (const [value, count] of cells) {
    below += count
    if (next > maxBins - 2 || below < (rows * next) / (maxBins - 1)) continue
    edges.push(value)
    while (below >= (rows * next) / (maxBins - 1)) next++
  }
  return edges.filter((edge) => edge < (column.max ?? Number.POSITIVE_INFINITY))
}

function cellLevels({ cells, sketch }: NumericColumn): [number, number][] {
  if (cells !== undefined) return cells.edges.map((edge, at) => [edge, cells.counts[at] ?? 0])
  return sketch === undefined ? [] : sketchBins(sketch).map(({ to, count }) => [to, count])
}

/** Rows and positives per bin of one feature; rows without a label are left out. */
export function countBins(
  bins: FeatureBins,
  column: FeatureColumns['columns'][string],
  labels: Float64Array,
) {
  const rows = new Array<number>(bins.bins).fill(0)
  const positives = new Array<number>(bins.bins).fill(0)
  for (const [row, label] of labels.entries()) {
    if (Number.isNaN(label)) continue
    const bin = bins.place(column[row] ?? null)
    rows[bin] = (rows[bin] ?? 0) + 1
    positives[bin] = (positives[bin] ?? 0) + label
  }
  return { rows, positives }
}
