/** Fits `decision.json` on the calibration side: calibrator chosen by Brier score, conformal tables, threshold. */
import { RegimenError } from '../errors.ts'
import { applyCalibrator } from './calibrate.ts'
import { confidenceLevel } from './confidence-level.ts'
import { scoreTable } from './conformal.ts'
import type { Calibrator, Conformal, Decision } from './decision.ts'
import { precisionFloorThreshold } from './decision-threshold.ts'
import { fitIsotonic } from './isotonic.ts'
import { fitPlatt, logit } from './platt.ts'

export interface DecisionRows {
  readonly task: Decision['task']
  /** The model's output after its link (`predict`), one per calibration row. */
  readonly rawPredictions: Float64Array | Float32Array
  /** 0 or 1 (classification) or a number (regression), as many; rows of NaN (unknown) are left out. */
  readonly labels: Float64Array
  readonly modelEngine: string
  /** Mean margin over the calibration rows. */
  readonly baseValue: number
  /** The threshold has the highest recall whose precision is at least this times the prevalence. */
  readonly precisionFloorLift?: number
}

const folds = 5
/** Below this many rows of the rarer class a fitted calibrator is noise. */
const minClassRows = 10

/** @throws RegimenError `EvaluationImpossible` when no calibration row has a label. */
export function fitDecision(rows: DecisionRows): Decision {
  const { task, modelEngine, baseValue } = rows
  const { raw, labels } = labelled(rows)
  if (raw.length === 0)
    throw new RegimenError('EvaluationImpossible', {
      what: 'the decision cannot be fitted',
      where: 'on the calibration side',
      got: 'no row with a label',
      expected: 'at least one',
      do: 'give the calibration side a larger share in split',
    })
  if (task === 'regression') {
    return {
      format: 1,
      task,
      calibrator: { kind: 'identity' },
      conformal: residualTables(raw, labels),
      threshold: median(labels),
      modelEngine,
      baseValue,
      fit: { rows: raw.length, positives: 0, brier: {} },
    }
  }
  const { calibrator, brier, positives } = chooseCalibrator(raw, labels)
  const calibrated = raw.map((p) => applyCalibrator(calibrator, p))
  return {
    format: 1,
    task,
    calibrator,
    conformal: {
      kind: 'classes',
      positive: scoreTable(raw.filter((_, i) => labels[i] === 1).map((p) => 1 - p)),
      negative: scoreTable(raw.filter((_, i) => labels[i] === 0)),
    },
    threshold: precisionFloorThreshold(calibrated, labels, rows.precisionFloorLift ?? 1.5),
    modelEngine,
    baseValue,
    fit: { rows: raw.length, positives, brier },
  }
}

function labelled({ rawPredictions, labels }: DecisionRows): { raw: Float64Array; labels: Float64Array } {
  if (rawPredictions.length !== labels.length)
    throw new TypeError(`${rawPredictions.length} predictions and ${labels.length} labels`)
  const known = Uint32Array.from(labels.keys()).filter((i) => !Number.isNaN(labels[i] as number))
  return {
    raw: Float64Array.from(known, (i) => rawPredictions[i] as number),
    labels: Float64Array.from(known, (i) => labels[i] as number),
  }
}

/**
 * The candidate of the lowest Brier score, cross-validated in five interleaved folds: within the sample, isotonic
 * regression would always win.
 */
export function chooseCalibrator(
  raw: Float64Array,
  labels: Float64Array,
): { calibrator: Calibrator; brier: Record<string, number>; positives: number } {
  const positives = labels.reduce((count, label) => count + (label === 1 ? 1 : 0), 0)
  const brier: Record<string, number> = { identity: brierScore({ kind: 'identity' }, raw, labels) }
  const identity = { calibrator: { kind: 'identity' } as const, brier, positives }
  if (Math.min(positives, raw.length - positives) < minClassRows) return identity
  for (const kind of ['platt', 'isotonic'] as const) {
    let sum = 0
    for (let fold = 0; fold < folds; fold++) {
      const inside = (_: number, i: number) => i % folds !== fold
      const outside = (_: number, i: number) => i % folds === fold
      const fitted = fitCalibrator(kind, raw.filter(inside), labels.filter(inside))
      const [held, heldLabels] = [raw.filter(outside), labels.filter(outside)]
      sum += brierScore(fitted, held, heldLabels) * held.length
    }
    brier[kind] = sum / raw.length
  }
  const { platt = 0, isotonic = 0, identity: none = 0 } = brier
  if (none <= platt && none <= isotonic) return identity
  return {
    calibrator: fitCalibrator(platt <= isotonic ? 'platt' : 'isotonic', raw, labels),
    brier,
    positives,
  }
}

function fitCalibrator(kind: 'platt' | 'isotonic', raw: Float64Array, labels: Float64Array): Calibrator {
  return kind === 'platt'
    ? { kind, ...fitPlatt(raw.map(logit), labels) }
    : { kind, ...fitIsotonic(...inBlocks(raw, labels)) }
}

/** So many rows stand behind every step of an isotonic calibrator: fewer would let its ends say 0 or 1. */
const minBlockRows = 50

/** Neighbouring rows by score, together: their mean score and the share of positives among them. */
function inBlocks(raw: Float64Array, labels: Float64Array): [Float64Array, Float64Array] {
  const order = Uint32Array.from(raw.keys()).sort((i, j) => (raw[i] as number) - (raw[j] as number))
  const blocks = Math.max(1, Math.floor(raw.length / minBlockRows))
  const meanOf = (values: Float64Array) =>
    Float64Array.from({ length: blocks }, (_, block) => {
      const rows = order.subarray(
        Math.floor((block * order.length) / blocks),
        Math.floor(((block + 1) * order.length) / blocks),
      )
      return rows.reduce((sum, row) => sum + (values[row] as number), 0) / rows.length
    })
  return [meanOf(raw), meanOf(labels)]
}

function brierScore(calibrator: Calibrator, raw: Float64Array, labels: Float64Array): number {
  let sum = 0
  for (let i = 0; i < raw.length; i++)
    sum += (applyCalibrator(calibrator, raw[i] as number) - (labels[i] as number)) ** 2
  return sum / raw.length
}

/** Residuals in up to five bins of equal counts (at least 50 rows each): intervals as wide as the region deserves. */
function residualTables(raw: Float64Array, labels: Float64Array): Conformal {
  const sorted = raw.toSorted()
  const count = Math.max(1, Math.min(5, Math.floor(raw.length / 50)))
  const edges: number[] = []
  for (let bin = 1; bin < count; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / count)] as number
    if (edges.at(-1) !== edge && edge < (sorted.at(-1) as number)) edges.push(edge)
  }
  const residuals: number[][] = Array.from({ length: edges.length + 1 }, () => [])
  for (const [i, p] of raw.entries()) {
    const found = edges.findIndex((edge) => p <= edge)
    residuals[found < 0 ? edges.length : found]?.push(Math.abs(p - (labels[i] as number)))
  }
  const middle = median(labels)
  const deviations = labels.map((label) => Math.abs(label - middle)).sort()
  const at = Math.min(deviations.length - 1, Math.ceil((deviations.length + 1) * confidenceLevel) - 1)
  return { kind: 'residuals', edges, bins: residuals.map(scoreTable), spread: deviations[at] as number }
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const middle = sorted.length >> 1
  const high = sorted[middle] as number
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2
}
