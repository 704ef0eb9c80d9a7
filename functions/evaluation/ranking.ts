/** Scores sorted once, so that ROC AUC and average precision of any weighting of the entities take one pass. */

export interface RankedRows {
  readonly scores: ArrayLike<number>
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  /** Dense code of the row's entity, 0 to entities − 1. */
  readonly entities: Int32Array
}

export interface RankingMetrics {
  /** Area under the ROC curve, 0 to 1, ties counting half (Mann-Whitney); null when a class has no weight. */
  readonly rocAuc: number | null
  /** Σ (R_k − R_{k−1}) P_k over distinct scores: `sklearn.metrics.average_precision_score`; null without positives. */
  readonly prAuc: number | null
}

/** @param weights how often each entity was drawn; all ones give the plain metrics. */
export type Ranking = (weights: Int32Array) => RankingMetrics

export function rank({ scores, labels, entities }: RankedRows): Ranking {
  const order = descending(scores)
  const rows = order.length
  const positive = Uint8Array.from(order, (row) => ((labels[row] as number) > 0.5 ? 1 : 0))
  const entity = Int32Array.from(order, (row) => entities[row] as number)
  /** 1 where the next row has another score. */
  const closes = Uint8Array.from(order, (row, at) =>
    at + 1 === rows || scores[order[at + 1] as number] !== scores[row] ? 1 : 0,
  )
  return (weights) => {
    let truePositives = 0
    let falsePositives = 0
    let tiedPositives = 0
    let tiedNegatives = 0
    let area = 0
    let precisionSum = 0
    for (let at = 0; at < rows; at++) {
      const weight = weights[entity[at] as number] as number
      if (positive[at] === 1) tiedPositives += weight
      else tiedNegatives += weight
      if (closes[at] === 0) continue
      area += tiedNegatives * (truePositives + tiedPositives / 2)
      truePositives += tiedPositives
      falsePositives += tiedNegatives
      if (tiedPositives > 0)
        precisionSum += (tiedPositives * truePositives) / (truePositives + falsePositives)
      tiedPositives = 0
      tiedNegatives = 0
    }
    return {
      rocAuc: truePositives > 0 && falsePositives > 0 ? area / (truePositives * falsePositives) : null,
      prAuc: truePositives > 0 ? precisionSum / truePositives : null,
    }
  }
}

/** Row numbers from the highest score to the lowest; ties by row, so that it is reproducible. */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row)
  return order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
}

/** Weights that count every entity once. */
export const once = (entities: number) => new Int32Array(entities).fill(1)
