/** Rows of a sample that are unlike the others in several columns together, though each value alone may pass. */
import type { IsolatedRow } from './examination.ts'
import { mostIsolated } from './examination.ts'
import { fenceOf, robustScore, type Weighted } from './fence.ts'
import { growForest, isolationScores } from './isolation-forest.ts'

export interface SampledNumbers {
  readonly part: number
  /** Row of the part, from 1, per row of the sample. */
  readonly rows: Float64Array
  /** By name, as long as `rows`; NaN is a missing value. */
  readonly columns: readonly (readonly [string, Float64Array])[]
}

/** Fewer rows or columns tell nothing about what is usual. */
const leastRows = 200
const leastColumns = 2
const namedColumns = 3
/** Below this score no row is told apart: 0.5 is what a row scores among its like (Liu et al. 2008, section 4). */
const leastScore = 0.55
const deviations = 4.5

/**
 * A row is flagged when its score lies 4.5 robust deviations above the median score (scores are bounded: their tail is
 * light). Every column is first brought to its robust z scores, bent where its tail is heavy: else one wild column would
 * decide alone. @param seed of the forest.
 */
export function isolatedRows(sample: SampledNumbers, seed: number): { flagged: number; rows: IsolatedRow[] } {
  const scaled = sample.columns.flatMap(([name, values]) => {
    const scores = scale(values)
    return scores === null ? [] : [{ name, scores }]
  })
  if (sample.rows.length < leastRows || scaled.length < leastColumns) return { flagged: 0, rows: [] }
  const columns = scaled.map(({ scores }) => scores)
  const scores = isolationScores(growForest(columns, seed), columns)
  const sorted = scores.toSorted()
  const [median, quartile] = [0.5, 0.75].map((share) => sorted[Math.floor((sorted.length - 1) * share)]) as [
    number,
    number,
  ]
  const limit = Math.max(leastScore, median + (deviations * (quartile - median)) / 0.6745)
  const found = [...scores.keys()].filter((row) => (scores[row] as number) > limit)
  return {
    flagged: found.length,
    rows: mostIsolated(
      found.map((row) => ({
        part: sample.part,
        row: sample.rows[row] as number,
        score: scores[row] as number,
        columns: farthestColumns(scaled, row),
      })),
    ),
  }
}

interface Scaled {
  readonly name: string
  readonly scores: Float64Array
}

const farthestColumns = (scaled: readonly Scaled[], row: number): string[] =>
  scaled
    .map(({ name, scores }) => ({ name, distance: Math.abs(scores[row] as number) }))
    .sort((a, b) => b.distance - a.distance)
    .slice(0, namedColumns)
    .map(({ name }) => name)

/** Robust z scores; a missing value stands at the median. Null where the column does not spread. */
function scale(values: Float64Array): Float64Array | null {
  const fence = fenceOf(weigh(values.filter((value) => !Number.isNaN(value))))
  return fence === null ? null : values.map((value) => (Number.isNaN(value) ? 0 : robustScore(fence, value)))
}

function weigh(values: Float64Array): Weighted {
  const counts = new Map<number, number>()
  for (const value of values.toSorted()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
}
