/** `decision.json`: what turns a model's raw output into a prediction with a confidence, beside the model itself. */
import * as z from 'zod'
import { brokenRule } from '../broken-rule.ts'
import { RegimenError } from '../errors.ts'

/**
 * Nonconformity scores of calibration rows, ascending; beyond 1,000 rows every value is the score at an evenly spaced
 * rank (the first and the last included) of the `n` rows.
 */
const scoreTable = z.object({ scores: z.array(z.number()).max(1_000), n: z.int().min(0) })
export type ScoreTable = z.output<typeof scoreTable>

const calibrator = z.discriminatedUnion('kind', [
  /** 1 / (1 + exp(a · logit(p) + b)) */
  z.object({ kind: z.literal('platt'), a: z.number(), b: z.number() }),
  /** Linear between the points, constant outside; `x` ascending. */
  z.object({ kind: z.literal('isotonic'), x: z.array(z.number()).min(1), y: z.array(z.number()).min(1) }),
  z.object({ kind: z.literal('identity') }),
])
export type Calibrator = z.output<typeof calibrator>

const conformal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classes'), positive: scoreTable, negative: scoreTable }),
  /** Absolute residuals by bin of the raw prediction: `edges[i]` is the upper end of bin i, the last bin is open. */
  z.object({
    kind: z.literal('residuals'),
    edges: z.array(z.number()),
    bins: z.array(scoreTable).min(1),
    /** Half the width of the interval at the same level that the label alone gives, around its median. */
    spread: z.number().min(0),
  }),
])
export type Conformal = z.output<typeof conformal>

export const decisionSchema = z
  .object({
    format: z.literal(1),
    task: z.enum(['binary-classification', 'regression', 'text-classification']),
    calibrator,
    conformal,
    /** A calibrated prediction of at least this is flagged; 1 at most for a probability. */
    threshold: z.number(),
    /** What trained the model: metrics of different engines are never compared. */
    modelEngine: z.string(),
    /** Mean margin of the model over the calibration rows: what the contributions are relative to. */
    baseValue: z.number(),
    /** How the calibrator was chosen: rows, positives, and the cross-validated Brier score of each candidate. */
    fit: z.object({ rows: z.int(), positives: z.int(), brier: z.record(z.string(), z.number()) }).optional(),
  })
  .refine(
    ({ calibrator: c }) => c.kind !== 'isotonic' || c.x.length === c.y.length,
    'an isotonic calibrator has as many x as y',
  )
export type Decision = z.output<typeof decisionSchema>

/** @throws RegimenError `ModelUnreadable` with the path and the rule. */
export function parseDecision(value: unknown): Decision {
  const result = decisionSchema.safeParse(value)
  if (result.success) return result.data
  throw new RegimenError('ModelUnreadable', {
    what: 'decision.json of the model is not valid',
    ...brokenRule(result.error),
    do: 'train the model again',
  })
}
