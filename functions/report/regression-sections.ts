/** How good a predictor of a number is: the spread of its predictions, and whether its intervals hold. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import { formatValue } from './format-number.ts'
import { histogram } from './histogram.ts'
import { html } from './markup.ts'
import { coverageTable } from './quality-sections.ts'
import { figure, figures, type Section } from './section.ts'

export function regressionSections(evaluation: Evaluation): Section[] {
  const { scoreHistogram } = evaluation
  const edges = [...scoreHistogram.map(({ from }) => from), scoreHistogram.at(-1)?.to ?? 1]
  return [
    {
      id: 'predictions',
      title: 'Predicted values',
      body: figures(
        scoreHistogram.length > 0 &&
          figure({
            title: 'Predictions on the test side',
            drawing: histogram({
              id: 'score-histogram',
              title: 'Predictions on the test side',
              description: `Shares of the test rows over ${scoreHistogram.length} bins of the predicted value.`,
              bins: {
                edges,
                front: {
                  name: 'predictions',
                  counts: scoreHistogram.map(({ positives, negatives }) => positives + negatives),
                },
              },
              label: 'Predicted value',
              format: formatValue,
            }),
            files: ['functions/evaluation/curves.ts'],
          }),
      ),
    },
    {
      id: 'intervals',
      title: 'Is the confidence kept?',
      body: html`${coverageTable(evaluation)}`,
    },
  ]
}
