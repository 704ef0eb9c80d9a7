/**
 * How well a classifier probably does on a batch without labels, from its calibrated probabilities alone: the expected
 * confusion matrix and ROC curve (confidence-based performance estimation; NannyML; Guillory et al. 2021 on differences
 * of confidences). It holds while the features move and their relation to the label does not: concept drift is not seen.
 */
import type { Evaluation } from '../evaluation/evaluation.ts'
import { seededRandom } from '../statistics/seeded-random.ts'
import type { PerformanceEstimate } from './drift.ts'
import type { ScoredRows } from './scored-rows.ts'

/** With fewer rows, or fewer expected cases on a side, the interval says nothing. */
const minimumRows = 100
const minimumCases = 10
const resamples = 200
/** Rows of the interval's simulation: beyond, it is narrower than anybody needs. */
const simulatedRows = 20_000
const level = 0.95

type Name = 'rocAuc' | 'precision' | 'recall' | 'brier' | 'prevalence'
type Figures = Record<Name, number | null>

/** @param seed of the simulated labels. */
export function estimatePerformance(
  scored: ScoredRows,
  evaluation: Pick<Evaluation, 'metrics' | 'threshold' | 'prevalence' | 'intervals'>,
  seed: number,
): PerformanceEstimate {
  const probabilities = Float64Array.from(scored.predictions).sort().reverse()
  const rows = probabilities.length
  const cases = probabilities.reduce((sum, probability) => sum + probability, 0)
  const threshold = evaluation.threshold?.value ?? 0.5
  if (rows < minimumRows || cases < minimumCases || rows - cases < minimumCases)
    return {
      status: 'insufficient-data',
      rows,
      rocAuc: null,
      precision: null,
      recall: null,
      brier: null,
      prevalence: null,
      lower: false,
      reason: `insufficient-data: ${rows} predictions with ${cases.toFixed(0)} expected cases, ${minimumRows} and ${minimumCases} of each class needed`,
    }
  const figures = measure(probabilities, probabilities, threshold)
  const intervals = simulate(probabilities, threshold, seed)
  const { metrics, prevalence } = evaluation
  const references: Figures = {
    rocAuc: metrics.rocAuc ?? null,
    precision: metrics.precision ?? null,
    recall: metrics.recall ?? null,
    brier: metrics.brier ?? null,
    prevalence,
  }
  const estimated = (name: Name) => {
    const value = figures[name]
    const interval = intervals[name]
    return value === null || interval === undefined
      ? null
      : {
          value,
          low: Math.min(value, interval.low),
          high: Math.max(value, interval.high),
          reference: references[name],
        }
  }
  const rocAuc = estimated('rocAuc')
  const lower =
    rocAuc !== null &&
    rocAuc.reference !== null &&
    rocAuc.high < (evaluation.intervals.rocAuc?.low ?? rocAuc.reference)
  return {
    status: 'estimated',
    rows,
    rocAuc,
    precision: estimated('precision'),
    recall: estimated('recall'),
    brier: estimated('brier'),
    prevalence: estimated('prevalence'),
    lower,
    reason: lower
      ? 'on a batch like this the model probably ranks worse than in training: its rows are harder to tell apart'
      : 'nothing in the probabilities says that the model does worse than in training',
  }
}

/**
 * Expected figures when row i is positive with the chance `labels[i]` (0 or 1 for a known label): the ROC curve of the
 * expected rates, ties of equal probability counting half. O(rows).
 * @param probabilities descending. @param labels in the same order.
 */
export function measure(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Figures {
  const rows = probabilities.length
  let positives = 0
  let area = 0
  let flagged = 0
  let hits = 0
  let squares = 0
  let above = 0
  for (let at = 0; at < rows; ) {
    const probability = probabilities[at] as number
    let tied = 0
    let tiedPositives = 0
    for (; at < rows && probabilities[at] === probability; at++) {
      const label = labels[at] as number
      tied++
      tiedPositives += label
      squares += label * (1 - probability) ** 2 + (1 - label) * probability ** 2
    }
    area += (tied - tiedPositives) * (above + tiedPositives / 2)
    above += tiedPositives
    positives += tiedPositives
    if (probability >= threshold) {
      flagged += tied
      hits += tiedPositives
    }
  }
  const negatives = rows - positives
  return {
    rocAuc: positives > 0 && negatives > 0 ? area / (positives * negatives) : null,
    precision: flagged > 0 ? hits / flagged : null,
    recall: positives > 0 ? hits / positives : null,
    brier: rows > 0 ? squares / rows : null,
    prevalence: rows > 0 ? positives / rows : null,
  }
}

/** Where the figures of drawn labels lie: the chance of the labels alone, widened for rows that were left out. */
function simulate(
  probabilities: Float64Array,
  threshold: number,
  seed: number,
): Partial<Record<Name, { low: number; high: number }>> {
  const random = seededRandom(seed)
  const step = Math.max(1, Math.ceil(probabilities.length / simulatedRows))
  const rows = probabilities.filter((_, at) => at % step === 0)
  const labels = new Uint8Array(rows.length)
  const drawn = new Map<Name, number[]>()
  for (let resample = 0; resample < resamples; resample++) {
    for (let at = 0; at < rows.length; at++) labels[at] = random() < (rows[at] as number) ? 1 : 0
    for (const [name, value] of entriesOf(measure(rows, labels, threshold)))
      if (value !== null) drawn.set(name, [...(drawn.get(name) ?? []), value])
  }
  const tail = (1 - level) / 2
  return Object.fromEntries(
    [...drawn].map(([name, values]) => {
      const sorted = values.sort((a, b) => a - b)
      const place = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number
      return [name, { low: place(tail), high: place(1 - tail) }]
    }),
  )
}

const entriesOf = (figures: Figures): [Name, number | null][] => [
  ['rocAuc', figures.rocAuc],
  ['precision', figures.precision],
  ['recall', figures.recall],
  ['brier', figures.brier],
  ['prevalence', figures.prevalence],
]
