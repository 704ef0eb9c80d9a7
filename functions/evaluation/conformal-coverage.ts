/** Whether the conformal sets keep their promise on the test side: coverage per level and class, and how sharp they are. */
import { pValue, radius } from '../scoring/conformal.ts'
import type { Decision } from '../scoring/decision.ts'
import type { Evaluation } from './evaluation.ts'

/** @param scores raw model output, as the tables were fitted on. */
export function conformalCoverage(
  { conformal }: Pick<Decision, 'conformal'>,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  levels: readonly number[] = [0.8, 0.9, 0.95],
): Evaluation['conformal'] {
  if (labels.length === 0) return []
  return levels.map((level) =>
    conformal.kind === 'classes'
      ? classCoverage(conformal, scores, labels, level)
      : intervalCoverage(conformal, scores, labels, level),
  )
}

type Classes = Extract<Decision['conformal'], { kind: 'classes' }>
type Residuals = Extract<Decision['conformal'], { kind: 'residuals' }>

/** A label is in the set when its p-value is above 1 − level. */
function classCoverage(
  { positive, negative }: Classes,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  level: number,
): Evaluation['conformal'][number] {
  const tally = {
    positives: 0,
    negatives: 0,
    heldPositives: 0,
    heldNegatives: 0,
    single: 0,
    both: 0,
    empty: 0,
  }
  for (let row = 0; row < labels.length; row++) {
    const score = scores[row] as number
    const isIn = pValue(positive, 1 - score) > 1 - level
    const isOut = pValue(negative, score) > 1 - level
    tally[isIn && isOut ? 'both' : isIn || isOut ? 'single' : 'empty']++
    if ((labels[row] as number) > 0.5) {
      tally.positives++
      if (isIn) tally.heldPositives++
    } else {
      tally.negatives++
      if (isOut) tally.heldNegatives++
    }
  }
  const rows = labels.length
  return {
    level,
    coverage: (tally.heldPositives + tally.heldNegatives) / rows,
    coveragePositives: tally.positives === 0 ? null : tally.heldPositives / tally.positives,
    coverageNegatives: tally.negatives === 0 ? null : tally.heldNegatives / tally.negatives,
    single: tally.single / rows,
    both: tally.both / rows,
    empty: tally.empty / rows,
  }
}

/** An interval is `single` when it is bounded, `both` when too few calibration rows leave it open. */
function intervalCoverage(
  { edges, bins }: Residuals,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  level: number,
): Evaluation['conformal'][number] {
  const radii = bins.map((table) => radius(table, level))
  let held = 0
  let open = 0
  for (let row = 0; row < labels.length; row++) {
    const score = scores[row] as number
    const found = edges.findIndex((edge) => score <= edge)
    const half = radii[found < 0 ? bins.length - 1 : found] ?? Number.POSITIVE_INFINITY
    if (Math.abs(score - (labels[row] as number)) <= half) held++
    if (half === Number.POSITIVE_INFINITY) open++
  }
  const rows = labels.length
  return {
    level,
    coverage: held / rows,
    coveragePositives: null,
    coverageNegatives: null,
    single: (rows - open) / rows,
    both: open / rows,
    empty: 0,
  }
}
