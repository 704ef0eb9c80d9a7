/** Gain, weight and the best split of one feature of one node (Chen and Guestrin 2016, equations 5 to 7). */
import type { FeatureBins } from './binned-table.ts'

export interface Regularisation {
  readonly lambda: number
  readonly alpha: number
  readonly maxDeltaStep: number
  readonly minChildWeight: number
}

/** The best split found so far; reused over nodes, so that nothing is allocated in the loop. */
export interface Split {
  gain: number
  feature: number
  /** Bins up to this one go left. */
  bin: number
  missingLeft: boolean
  leftGradient: number
  leftHessian: number
}

export const noSplit = (): Split => ({
  gain: 0,
  feature: -1,
  bin: -1,
  missingLeft: false,
  leftGradient: 0,
  leftHessian: 0,
})

const shrink = (gradient: number, alpha: number) =>
  gradient > alpha ? gradient - alpha : gradient < -alpha ? gradient + alpha : 0

/** The node's optimal weight, before the learning rate (xgboost, src/tree/param.h, CalcWeight). */
export function weightOf(gradient: number, hessian: number, regularisation: Regularisation): number {
  const { lambda, alpha, maxDeltaStep, minChildWeight } = regularisation
  if (hessian < minChildWeight || hessian <= 0) return 0
  const weight = -shrink(gradient, alpha) / (hessian + lambda)
  if (maxDeltaStep === 0 || Math.abs(weight) <= maxDeltaStep) return weight
  return Math.sign(weight) * maxDeltaStep
}

/** Twice the loss that the node's optimal weight takes away (xgboost, src/tree/split_evaluator.h). */
export function gainOf(gradient: number, hessian: number, regularisation: Regularisation): number {
  if (hessian <= 0) return 0
  const { lambda, alpha, maxDeltaStep } = regularisation
  if (maxDeltaStep === 0) return shrink(gradient, alpha) ** 2 / (hessian + lambda)
  const weight = weightOf(gradient, hessian, regularisation)
  return -(2 * gradient * weight + (hessian + lambda) * weight * weight)
}

/**
 * Replaces `best` when the feature splits the node with a larger gain (or, at the same gain, comes earlier).
 *
 * @param at where the node's histogram starts in `sums`.
 * @param scratch room for 2 numbers per value bin.
 */
export function splitFeature(
  features: FeatureBins,
  feature: number,
  sums: Float64Array,
  at: number,
  gradient: number,
  hessian: number,
  regularisation: Regularisation,
  scratch: Float64Array,
  best: Split,
): void {
  const bins = features.valueBins[feature] as number
  const slots = features.slots[feature] as number
  const common = features.defaultBin[feature] as number
  const start = at + 2 * (features.firstSlot[feature] as number)
  let storedGradient = 0
  let storedHessian = 0
  for (let slot = start; slot < start + 2 * slots; slot += 2) {
    storedGradient += sums[slot] as number
    storedHessian += sums[slot + 1] as number
  }
  // Every row of the node is in the default bin.
  if (storedHessian === 0 && storedGradient === 0) return
  for (let bin = 0, slot = start; bin < bins; bin++) {
    if (bin === common) {
      scratch[2 * bin] = gradient - storedGradient
      scratch[2 * bin + 1] = hessian - storedHessian
    } else {
      scratch[2 * bin] = sums[slot] as number
      scratch[2 * bin + 1] = sums[slot + 1] as number
      slot += 2
    }
  }
  const { minChildWeight, lambda, alpha, maxDeltaStep } = regularisation
  const plain = alpha === 0 && maxDeltaStep === 0
  const parentGain = gainOf(gradient, hessian, regularisation)
  let leftGradient = 0
  let leftHessian = 0
  for (let bin = 0; bin < bins; bin++) {
    const binHessian = scratch[2 * bin + 1] as number
    if (binHessian === 0 && scratch[2 * bin] === 0) continue
    leftGradient += scratch[2 * bin] as number
    leftHessian += binHessian
    const rightHessian = hessian - leftHessian
    if (leftHessian < minChildWeight || leftHessian <= 0) continue
    if (rightHessian < minChildWeight || rightHessian <= 0) break
    const rightGradient = gradient - leftGradient
    const gain = plain
      ? (leftGradient * leftGradient) / (leftHessian + lambda) +
        (rightGradient * rightGradient) / (rightHessian + lambda) -
        parentGain
      : gainOf(leftGradient, leftHessian, regularisation) +
        gainOf(rightGradient, rightHessian, regularisation) -
        parentGain
    if (gain > best.gain || (gain === best.gain && feature < best.feature)) {
      record(best, gain, feature, bin, false, leftGradient, leftHessian)
    }
  }
  if (features.missing[feature] === 0) return
  const presentHessian = sumOfHessians(scratch, bins)
  if (presentHessian === hessian) return
  // The same splits with the missing values on the left; without any bin on the left it is the mirror of the last one.
  let rightGradient = 0
  let rightHessian = 0
  for (let bin = bins - 1; bin > 0; bin--) {
    const binHessian = scratch[2 * bin + 1] as number
    if (binHessian === 0 && scratch[2 * bin] === 0) continue
    rightGradient += scratch[2 * bin] as number
    rightHessian += binHessian
    const otherHessian = hessian - rightHessian
    if (rightHessian < minChildWeight || rightHessian <= 0) continue
    if (otherHessian < minChildWeight || otherHessian <= 0) break
    const otherGradient = gradient - rightGradient
    const gain =
      gainOf(otherGradient, otherHessian, regularisation) +
      gainOf(rightGradient, rightHessian, regularisation) -
      parentGain
    if (gain > best.gain || (gain === best.gain && feature < best.feature)) {
      record(best, gain, feature, bin - 1, true, otherGradient, otherHessian)
    }
  }
}

function sumOfHessians(scratch: Float64Array, bins: number): number {
  let sum = 0
  for (let bin = 0; bin < bins; bin++) sum += scratch[2 * bin + 1] as number
  return sum
}

function record(
  best: Split,
  gain: number,
  feature: number,
  bin: number,
  missingLeft: boolean,
  leftGradient: number,
  leftHessian: number,
): void {
  best.gain = gain
  best.feature = feature
  best.bin = bin
  best.missingLeft = missingLeft
  best.leftGradient = leftGradient
  best.leftHessian = leftHessian
}
