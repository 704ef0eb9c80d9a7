/** Applies `decision.json` to one raw prediction: calibrated value, conformal confidence, and why it is low if it is. */
import { confidenceLevel } from './confidence-level.ts'
import { pValue, radius } from './conformal.ts'
import type { Calibrator, Conformal, Decision } from './decision.ts'
import { isotonicValue } from './isotonic.ts'
import { logit, plattSigmoid } from './platt.ts'

export interface Calibrated {
  /** Calibrated probability in [0, 1], or the predicted number of a regression. */
  prediction: number
  /** [0, 1]; classes: 1 − second largest p-value (Vovk et al. 2005), Mondrian per class. */
  confidenceScore: number
  lowConfidence: boolean
  /** Plain sentences; empty unless `lowConfidence`. */
  reasons: string[]
  /** Regression: the interval that holds the truth with probability 0.8. */
  interval?: [number, number]
}

/**
 * @param raw the model's output after its link (`predict`), finite
 * @param severeDrift the batch differs so much from the training data that no confidence holds
 */
export function calibrate(decision: Decision, raw: number, severeDrift = false): Calibrated {
  const calibrated = confidence(decision.conformal, raw)
  const prediction = applyCalibrator(decision.calibrator, raw)
  if (severeDrift) {
    calibrated.reasons.push('the batch differs severely from the data that the model was trained on')
    calibrated.lowConfidence = true
  }
  return { prediction, ...calibrated }
}

export function applyCalibrator(calibrator: Calibrator, raw: number): number {
  switch (calibrator.kind) {
    case 'platt':
      return plattSigmoid(logit(raw), calibrator.a, calibrator.b)
    case 'isotonic':
      return isotonicValue(calibrator, raw)
    case 'identity':
      return raw
  }
}

function confidence(conformal: Conformal, raw: number): Omit<Calibrated, 'prediction'> {
  const reasons: string[] = []
  if (conformal.kind === 'classes') {
    // Scores come from the raw output: the calibrator saw the same rows, and exchangeability would be lost.
    const second = Math.min(pValue(conformal.positive, 1 - raw), pValue(conformal.negative, raw))
    const lowConfidence = second > 1 - confidenceLevel + 1e-12
    if (lowConfidence) reasons.push('both outcomes remain possible at 80 % confidence')
    return { confidenceScore: 1 - second, lowConfidence, reasons }
  }
  const half = radius(binOf(conformal, raw), confidenceLevel)
  const lowConfidence = half >= conformal.spread
  if (lowConfidence) reasons.push('the 80 % interval is no narrower than without the model')
  return {
    confidenceScore: lowConfidence ? 0 : 1 - half / conformal.spread,
    lowConfidence,
    reasons,
    ...(Number.isFinite(half) ? { interval: [raw - half, raw + half] as [number, number] } : {}),
  }
}

function binOf(conformal: Extract<Conformal, { kind: 'residuals' }>, raw: number) {
  const found = conformal.edges.findIndex((edge) => raw <= edge)
  return conformal.bins[found < 0 ? conformal.bins.length - 1 : found] ?? { scores: [], n: 0 }
}
