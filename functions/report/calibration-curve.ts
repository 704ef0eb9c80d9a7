/** The calibration curve: what was predicted against what came true, in bins of equal mass. */
import type { Curves } from '../evaluation/evaluation.ts'
import { linePath, plot, plotSize } from './drawing.ts'
import { formatCount, formatDecimal, formatShare } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { niceCeiling, place } from './scale.ts'

export function calibrationCurve(bins: Curves['calibration'], error: number | null): Markup {
  const end = Math.min(
    1,
    niceCeiling(Math.max(0.01, ...bins.flatMap(({ predicted, observed }) => [predicted, observed])) * 1.05),
  )
  const format = (value: number) => formatShare(value, end < 0.1 ? 1 : 0)
  const rows = bins.map((bin) => bin.rows)
  return plot(
    {
      id: 'calibration-curve',
      title: 'Calibration curve',
      description: `Expected calibration error ${formatDecimal(error)}. ${bins
        .map(
          ({ predicted, observed }) =>
            `Predicted ${formatShare(predicted)}, observed ${formatShare(observed)}`,
        )
        .join('; ')}.`,
      ...plotSize,
      x: { domain: [0, end], label: 'Mean predicted probability', format },
      y: { domain: [0, end], label: 'Observed rate', format },
    },
    ({ x, y, right, bottom }) => [
      html`<path class="reference" d="${linePath([
        [x(0), y(0)],
        [x(end), y(end)],
      ])}"/>`,
      html`<text class="direct halo end" x="${right}" y="${place(y(end * 0.86))}" dx="-34">as predicted</text>`,
      html`<path class="curve" d="${linePath(bins.map((bin) => [x(bin.predicted), y(bin.observed)]))}"/>`,
      bins.map(
        (bin) =>
          html`<circle class="dot" cx="${place(x(bin.predicted))}" cy="${place(y(bin.observed))}" r="4.5"/>`,
      ),
      bins.length > 0 &&
        html`<text class="direct halo end" x="${right}" y="${bottom - 10}">${formatCount(Math.min(...rows))} to ${formatCount(Math.max(...rows))} rows a point</text>`,
    ],
  )
}
