/** Split-conformal tables: nonconformity scores kept small, and the p-value of a new score (Vovk et al. 2005). */
import type { ScoreTable } from './decision.ts'

const maxScores = 1_000

/** @param scores any order, at least 0; NaN is not allowed. */
export function scoreTable(scores: readonly number[] | Float64Array): ScoreTable {
  const sorted = Float64Array.from(scores).sort()
  const n = sorted.length
  if (n <= maxScores) return { scores: Array.from(sorted), n }
  return { scores: Array.from({ length: maxScores }, (_, at) => sorted[rank(at, n)] as number), n }
}

/** The 0-based rank among n rows of the table's entry `at`. */
function rank(at: number, n: number): number {
  return n <= maxScores ? at : Math.round((at * (n - 1)) / (maxScores - 1))
}

/**
 * (number of calibration scores ≥ `score`, + 1) / (n + 1), in (0, 1]. Between two entries of a thinned table the larger
 * p-value is answered (by less than 1/999), so that coverage is never less than promised.
 */
export function pValue(table: ScoreTable, score: number): number {
  const { scores, n } = table
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((scores[middle] as number) < score) low = middle + 1
    else high = middle
  }
  const below = low === 0 ? 0 : rank(low - 1, n) + 1
  return (n - below + 1) / (n + 1)
}

/** The ⌈(n + 1) · level⌉-th smallest score: a radius that covers a new row with probability `level`; ∞ when n is too small. */
export function radius(table: ScoreTable, level: number): number {
  const { scores, n } = table
  const place = Math.ceil((n + 1) * level - 1e-9)
  if (place > n) return Number.POSITIVE_INFINITY
  let at = n <= maxScores ? place - 1 : Math.floor(((place - 1) * (maxScores - 1)) / (n - 1))
  while (rank(at, n) < place - 1) at++
  return scores[at] as number
}
