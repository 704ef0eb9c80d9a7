/** The ROC curve: what share of the positives is found at what share of false alarms. */
import type { Confusion, Curves } from '../evaluation/evaluation.ts'
import { linePath, plot, plotSize } from './drawing.ts'
import { formatDecimal, formatShare } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { place } from './scale.ts'

export interface RocCurve {
  readonly points: Curves['roc']
  readonly area: number | null
  /** Where the model works: its counts at the threshold. */
  readonly confusion: Confusion | null
}

export function rocCurve({ points, area, confusion }: RocCurve): Markup {
  const working = confusion === null ? null : ratesOf(confusion)
  return plot(
    {
      id: 'roc-curve',
      title: 'ROC curve',
      description:
        `Area ${formatDecimal(area)}; chance is the diagonal with area 0.5.` +
        (working === null
          ? ''
          : ` At the threshold ${formatShare(working.found)} of the positives are found at ${formatShare(working.alarms)} false alarms.`),
      ...plotSize,
      x: { domain: [0, 1], label: 'False positive rate', format: (value) => formatShare(value, 0) },
      y: { domain: [0, 1], label: 'True positive rate', format: (value) => formatShare(value, 0) },
    },
    ({ x, y }) => {
      const path = linePath(
        points.map(({ falsePositiveRate, truePositiveRate }) => [x(falsePositiveRate), y(truePositiveRate)]),
      )
      return [
        html`<path class="reference" d="${linePath([
          [x(0), y(0)],
          [x(1), y(1)],
        ])}"/>`,
        html`<text class="direct halo" x="${place(x(0.74))}" y="${place(y(0.64))}">chance 0.5</text>`,
        html`<path class="curve" d="${path}"/>`,
        html`<text class="direct accent halo end" x="${place(x(0.62))}" y="${place(y(0.9))}">model ${formatDecimal(area)}</text>`,
        working !== null &&
          html`<circle class="dot" cx="${place(x(working.alarms))}" cy="${place(y(working.found))}" r="5"/><text class="direct halo" x="${place(x(working.alarms) + 9)}" y="${place(y(working.found) + 14)}">threshold</text>`,
      ]
    },
  )
}

function ratesOf({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion) {
  return {
    found: truePositives / Math.max(1, truePositives + falseNegatives),
    alarms: falsePositives / Math.max(1, falsePositives + trueNegatives),
  }
}
