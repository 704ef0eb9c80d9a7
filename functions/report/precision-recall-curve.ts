/** The precision-recall curve against what flagging everybody, and a model of one feature, would reach. */
import type { Curves } from '../evaluation/evaluation.ts'
import { linePath, plot, plotSize } from './drawing.ts'
import { formatDecimal, formatShare } from './format-number.ts'
import { html, type Markup } from './markup.ts'
import { niceCeiling, place } from './scale.ts'

export interface PrecisionRecallCurve {
  readonly points: Curves['precisionRecall']
  readonly averagePrecision: number | null
  readonly prevalence: number | null
  /** Average precision of the simple model. */
  readonly simple: number | null
  readonly working: { readonly recall: number; readonly precision: number } | null
}

/** Below this recall a precision is that of a handful of rows and jumps between 0 and 1. */
const steadyRecall = 0.02

export function precisionRecallCurve(curve: PrecisionRecallCurve): Markup {
  const { points, averagePrecision, prevalence, simple, working } = curve
  const steady = points.filter(({ recall }) => recall >= steadyRecall)
  const highest = Math.max(
    ...(steady.length === 0 ? points : steady).map(({ precision }) => precision),
    (prevalence ?? 0) * 2,
  )
  const top = Math.min(1, niceCeiling(highest * 1.05))
  return plot(
    {
      id: 'precision-recall-curve',
      title: 'Precision-recall curve',
      description: `Average precision ${formatDecimal(averagePrecision)}; prevalence ${formatShare(prevalence)}; the simple model reaches ${formatDecimal(simple)}.`,
      ...plotSize,
      x: { domain: [0, 1], label: 'Recall', format: (value) => formatShare(value, 0) },
      y: {
        domain: [0, top],
        label: top < 1 ? `Precision (axis ends at ${formatShare(top, 0)})` : 'Precision',
        format: (value) => formatShare(value, 0),
      },
    },
    ({ x, y, right, left }) => {
      const level = (value: number | null, words: string, above: boolean) =>
        value !== null && [
          html`<line class="reference" x1="${left}" x2="${right}" y1="${place(y(value))}" y2="${place(y(value))}"/>`,
          html`<text class="direct halo" x="${left + 6}" y="${place(y(value) + (above ? -5 : 14))}">${words}</text>`,
        ]
      const path = linePath(points.map(({ recall, precision }) => [x(recall), y(Math.min(top, precision))]))
      // Words stand on the sides that the two lines leave free, whichever of them is higher.
      const simpleIsHigher = (simple ?? 0) >= (prevalence ?? 0)
      return [
        level(prevalence, `prevalence ${formatShare(prevalence)}`, !simpleIsHigher),
        level(simple, `simple model ${formatDecimal(simple)}`, simpleIsHigher),
        html`<path class="curve" d="${path}"/>`,
        html`<text class="direct accent halo" x="${place(x(0.3))}" y="${place(y(top) + 12)}">model, average precision ${formatDecimal(averagePrecision)}</text>`,
        working !== null &&
          html`<circle class="dot" cx="${place(x(working.recall))}" cy="${place(y(Math.min(top, working.precision)))}" r="5"/><text class="direct halo" x="${place(x(working.recall) + 7)}" y="${place(y(Math.min(top, working.precision)) - 9)}">threshold</text>`,
      ]
    },
  )
}
