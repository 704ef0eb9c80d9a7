/** Areas under the ROC and the precision-recall curve, ties counted as one threshold. */

interface Ranked {
  readonly predictions: Float32Array
  readonly labels: Float32Array
  readonly weights: Float32Array | undefined
}

/**
 * Mann-Whitney form of the area under the ROC curve: a tie counts half.
 * NaN when a class is absent.
 */
export function areaUnderRoc(ranked: Ranked): number {
  let positives = 0
  let negatives = 0
  let area = 0
  forEachTie(ranked, (positive, negative) => {
    area += negative * (positives + positive / 2)
    positives += positive
    negatives += negative
  })
  return area / (positives * negatives)
}

/**
 * Davis and Goadrich 2006 interpolation, as xgboost does (src/metric/auc.cc, CalcDeltaPRAUC).
 * NaN when a class is absent.
 */
export function areaUnderPrecisionRecall(ranked: Ranked): number {
  let total = 0
  for (let row = 0; row < ranked.labels.length; row++) {
    total += (ranked.labels[row] as number) * weightOf(ranked, row)
  }
  let positives = 0
  let negatives = 0
  let area = 0
  forEachTie(ranked, (positive, negative) => {
    if (positive > 0) {
      const slope = negative / positive
      const intercept = (negatives - slope * positives) / total
      const from = positives / total
      const to = (positives + positive) / total
      area +=
        intercept === 0
          ? (to - from) / (1 + slope)
          : (to -
              from -
              (intercept / (1 + slope)) *
                Math.log((intercept + (1 + slope) * to) / (intercept + (1 + slope) * from))) /
            (1 + slope)
    }
    positives += positive
    negatives += negative
  })
  return negatives === 0 || positives === 0 ? Number.NaN : area
}

const weightOf = ({ weights }: Ranked, row: number) => (weights === undefined ? 1 : (weights[row] as number))

/** From the highest prediction down: the weight of each class among the rows that share one prediction. */
function forEachTie(ranked: Ranked, visit: (positive: number, negative: number) => void): void {
  const { predictions, labels } = ranked
  const order = descending(predictions)
  for (let at = 0; at < order.length; ) {
    const prediction = predictions[order[at] as number]
    let positive = 0
    let negative = 0
    for (; at < order.length && predictions[order[at] as number] === prediction; at++) {
      const row = order[at] as number
      const weight = weightOf(ranked, row)
      positive += weight * (labels[row] as number)
      negative += weight * (1 - (labels[row] as number))
    }
    visit(positive, negative)
  }
}

/** Row numbers by falling value: a radix sort on the bits of the floats, several times faster than a comparison sort. */
function descending(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.slice().buffer)
  const keys = new Uint32Array(values.length)
  let order = new Uint32Array(values.length)
  let next = new Uint32Array(values.length)
  for (let row = 0; row < keys.length; row++) {
    const word = bits[row] as number
    keys[row] = word >= 0x80000000 ? word : ~word & 0x7fffffff
    order[row] = row
  }
  for (const shift of [0, 11, 22]) {
    const starts = new Uint32Array(2049)
    for (let row = 0; row < keys.length; row++) {
      const bucket = (((keys[row] as number) >>> shift) & 2047) + 1
      starts[bucket] = (starts[bucket] as number) + 1
    }
    for (let bucket = 0; bucket < 2048; bucket++) {
      starts[bucket + 1] = (starts[bucket + 1] as number) + (starts[bucket] as number)
    }
    for (let at = 0; at < order.length; at++) {
      const row = order[at] as number
      const bucket = ((keys[row] as number) >>> shift) & 2047
      const place = starts[bucket] as number
      next[place] = row
      starts[bucket] = place + 1
    }
    ;[order, next] = [next, order]
  }
  return order
}
