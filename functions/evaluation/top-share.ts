/** How often the rows of highest score are right: precision among the top k. */
import type { Evaluation } from './evaluation.ts'
import { descending } from './ranking.ts'

/**
 * Precision among the first ⌈share · n⌉ rows and its lift over prevalence. Rows that tie at the cut count in part, as
 * if in random order, so that the order of the file decides nothing.
 */
export function topShares(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  shares: readonly number[] = [0.01, 0.05, 0.1],
): Evaluation['top'] {
  const order = descending(scores)
  const rows = order.length
  if (rows === 0) return []
  let positives = 0
  for (const row of order) positives += labels[row] as number
  return shares.map((share) => {
    const cut = Math.min(rows, Math.max(1, Math.ceil(share * rows)))
    const edge = scores[order[cut - 1] as number]
    let certain = 0
    let tied = 0
    let hits = 0
    let tiedHits = 0
    for (const row of order) {
      const score = scores[row] as number
      if (score < (edge as number)) break
      const label = labels[row] as number
      if (score === edge) {
        tied++
        tiedHits += label
      } else {
        certain++
        hits += label
      }
    }
    const precision = Math.min(1, (hits + (tiedHits * (cut - certain)) / tied) / cut)
    return { share, rows: cut, precision, lift: positives > 0 ? precision / (positives / rows) : null }
  })
}
