/** Performance by the time of the event: does the model age? */
import type { Evaluation, TimeWindow } from '../evaluation/evaluation.ts'
import { formatCount, formatDecimal, formatShare, formatValue } from './format-number.ts'
import { type Content, html } from './markup.ts'
import { computedIn, type Section, table } from './section.ts'

export function timeSection({ byTime, task }: Evaluation): Section[] {
  if (byTime === undefined || byTime.length === 0) return []
  const isRegression = task === 'regression'
  return [
    {
      id: 'time',
      title: 'Over time',
      body: [
        html`<p>The test side by the time of its events. The split is by entity, so that the model has seen other entities of every window: a fall towards the end is a model that ages.</p>`,
        table(
          isRegression ? 'Errors by window' : 'Ranking and calibration by window',
          [
            { title: 'From' },
            { title: 'Rows', number: true },
            { title: 'Entities', number: true },
            { title: isRegression ? 'RMSE' : 'ROC AUC', number: true },
            { title: '95 % interval', number: true },
            { title: isRegression ? 'MAE' : 'Brier score', number: true },
            ...(isRegression ? [] : [{ title: 'Positives', number: true }]),
          ],
          byTime.map((window) => row(window, isRegression)),
        ),
        computedIn('functions/evaluation/time-windows.ts'),
      ],
    },
  ]
}

function row({ from, rows, entities, metrics, intervals }: TimeWindow, isRegression: boolean): Content[] {
  const counted = [from.slice(0, 10), formatCount(rows), formatCount(entities)]
  if (metrics === null) return [...counted, '–', '–', '–', ...(isRegression ? [] : ['–'])]
  const interval = intervals[isRegression ? 'rmse' : 'rocAuc']
  const format = isRegression ? formatValue : (value: number) => formatDecimal(value, 3)
  const range = interval === undefined ? '–' : `${format(interval.low)} to ${format(interval.high)}`
  return isRegression
    ? [...counted, formatValue(metrics.rmse), range, formatValue(metrics.mae)]
    : [
        ...counted,
        formatDecimal(metrics.rocAuc, 3),
        range,
        formatDecimal(metrics.brier, 3),
        formatShare(metrics.prevalence),
      ]
}
