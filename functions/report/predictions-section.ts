/** How the predictions of a run are spread, against those on the model's test side. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import { formatCount, formatShare, formatValue } from './format-number.ts'
import { histogram } from './histogram.ts'
import { html } from './markup.ts'
import { countInto } from './prediction-summary.ts'
import type { InferenceReport } from './render-inference-report.ts'
import { figure, figures, type Section } from './section.ts'

const confidenceCells = 20

export function predictionsSection({ request, project, evaluation, scores }: InferenceReport): Section {
  if (scores.length === 0)
    return {
      id: 'predictions',
      title: 'The predictions',
      body: html`<p>There are no predictions to draw.</p>`,
    }
  const isRegression = project.task === 'regression'
  const values = scores.map(({ prediction }) => prediction)
  const edges = edgesOf(evaluation.scoreHistogram, values)
  const before = rebin(evaluation.scoreHistogram, edges)
  const all = request.scores.predictions
  const note =
    scores.length < all
      ? `Drawn from ${formatCount(scores.length)} of ${formatCount(all)} predictions, from the beginnings of parts spread evenly over the run.`
      : `All ${formatCount(all)} predictions.`
  const levels = Array.from({ length: confidenceCells + 1 }, (_, at) => at / confidenceCells)
  return {
    id: 'predictions',
    title: 'The predictions',
    body: figures(
      figure({
        title: isRegression ? 'Predicted values' : 'Predicted probabilities',
        drawing: histogram({
          id: 'prediction-histogram',
          title: 'Predictions of this batch and of the test side',
          description: `Shares of the predictions over ${edges.length - 1} cells.`,
          bins: {
            edges,
            front: { name: 'this batch', counts: countInto(edges, values) },
            ...(before === null ? {} : { behind: { name: 'test side', counts: before } }),
          },
          label: isRegression ? 'Predicted value' : 'Calibrated probability',
          format: isRegression ? formatValue : (value) => formatShare(value, 0),
          ...(isRegression || evaluation.threshold === null
            ? {}
            : { mark: { value: evaluation.threshold.value, words: 'threshold' } }),
        }),
        note,
        files: ['functions/scoring/score-examples.ts', 'functions/evaluation/curves.ts'],
      }),
      figure({
        title: 'Confidence',
        drawing: histogram({
          id: 'confidence-histogram',
          title: 'Confidence of the predictions',
          description: `Shares of the predictions over ${confidenceCells} cells of confidence, 0 to 100 %.`,
          bins: {
            edges: levels,
            front: {
              name: 'this batch',
              counts: countInto(
                levels,
                scores.map(({ confidence }) => confidence),
              ),
            },
          },
          label: 'Confidence',
          format: (value) => formatShare(value, 0),
        }),
        note: isRegression
          ? 'How much narrower the 80 % interval is than without the model: 0 % tells nothing new.'
          : 'From 80 % on, one outcome is left; below, both remain possible at 80 % confidence.',
        files: ['functions/scoring/conformal.ts'],
      }),
    ),
  }
}

/** The cells of the test side, continued at the same width as far as the batch reaches. */
function edgesOf(bins: Evaluation['scoreHistogram'], values: readonly number[]): number[] {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const first = bins[0]
  const last = bins.at(-1)
  if (first === undefined || last === undefined || !(first.to > first.from)) return even(low, high)
  const width = first.to - first.from
  const before = Math.ceil((first.from - low) / width - 1e-9)
  const after = Math.ceil((high - last.to) / width - 1e-9)
  // A batch of quite another range would need cells without end: it gets cells of its own.
  if (before > bins.length || after > bins.length)
    return even(Math.min(low, first.from), Math.max(high, last.to))
  const from = first.from - Math.max(0, before) * width
  const count = bins.length + Math.max(0, before) + Math.max(0, after)
  return Array.from({ length: count + 1 }, (_, at) => from + at * width)
}

const even = (low: number, high: number) =>
  high > low ? Array.from({ length: 21 }, (_, at) => low + ((high - low) * at) / 20) : [low, low]

/** The test side in other cells, each bin where its middle lies; null without bins. */
function rebin(bins: Evaluation['scoreHistogram'], edges: readonly number[]): number[] | null {
  if (bins.length === 0) return null
  const counts = new Array<number>(Math.max(1, edges.length - 1)).fill(0)
  for (const { from, to, positives, negatives } of bins) {
    const cell = countInto(edges, [(from + to) / 2]).indexOf(1)
    counts[cell] = (counts[cell] ?? 0) + positives + negatives
  }
  return counts
}
