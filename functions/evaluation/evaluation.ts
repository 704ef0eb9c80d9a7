/** evaluation.json: how well a model does on the test side, for whom, against what, and whether the gate lets it pass. */
import * as z from 'zod'
import { numericColumnSchema } from '../profile/profile.ts'

const count = z.number().min(0)
const share = z.number().min(0).max(1)
const metric = z.number().nullable()

/** Every metric by name; null where it cannot be computed, and `reasons` says why. */
const metricsSchema = z.record(z.string(), metric)

export const intervalSchema = z.object({
  low: z.number(),
  high: z.number(),
  /** Coverage, for instance 0.95. */
  level: share,
  resamples: count,
  /** Entities that were drawn with replacement. */
  entities: count,
})
export type Interval = z.output<typeof intervalSchema>

export const confusionSchema = z.object({
  threshold: z.number(),
  truePositives: count,
  falsePositives: count,
  trueNegatives: count,
  falseNegatives: count,
})
export type Confusion = z.output<typeof confusionSchema>

/** Curves thinned for drawing (at most about 200 points each), in drawing order. */
export const curvesSchema = z.object({
  roc: z.array(z.object({ falsePositiveRate: share, truePositiveRate: share })),
  precisionRecall: z.array(z.object({ recall: share, precision: share })),
  /** Bins of equal mass: mean predicted probability against the observed rate. */
  calibration: z.array(z.object({ predicted: z.number(), observed: share, rows: count })),
})
export type Curves = z.output<typeof curvesSchema>

export const groupSchema = z.object({
  column: z.string(),
  level: z.string(),
  rows: count,
  entities: count,
  /** Null, with `reason`, for a group of fewer than 11 entities. */
  metrics: metricsSchema.nullable(),
  reason: z.string().optional(),
})
export type Group = z.output<typeof groupSchema>

export const timeWindowSchema = z.object({
  /** First moment of the window and of the next, ISO 8601. */
  from: z.string(),
  to: z.string(),
  rows: count,
  entities: count,
  /** Null, with `reason`, where too few are in the window. */
  metrics: metricsSchema.nullable(),
  intervals: z.record(z.string(), intervalSchema),
  reason: z.string().optional(),
})
export type TimeWindow = z.output<typeof timeWindowSchema>

export const importanceSchema = z.object({
  /** Feature of features.sql, its one-hot columns together. */
  feature: z.string(),
  label: z.string(),
  /** Mean |SHAP| in margin units (log-odds for classification). */
  meanAbsShap: z.number().min(0),
  /** Part of the sum over all features, 0 to 1. */
  share: share,
})
export type Importance = z.output<typeof importanceSchema>

export const gateCheckSchema = z.object({
  metric: z.string(),
  value: metric,
  min: z.number().optional(),
  max: z.number().optional(),
  passed: z.boolean(),
  reason: z.string(),
})

export const evaluationSchema = z.object({
  format: z.literal('regimen-evaluation/1').default('regimen-evaluation/1'),
  task: z.enum(['binary-classification', 'regression', 'text-classification']),
  /** Which trainer made the model: metrics of different engines are never compared. */
  engine: z.string(),
  rows: count,
  entities: count,
  calibrationRows: count,
  /** Share of positive labels on the test side; null for regression. */
  prevalence: share.nullable(),
  /**
   * Classification: rocAuc, prAuc (average precision), prAucLift (over prevalence), logLoss, brier,
   * expectedCalibrationError, accuracy, precision, recall, f1, threshold. Regression: rmse, mae, r2, mape.
   */
  metrics: metricsSchema,
  /** Metric → why it is null. */
  reasons: z.record(z.string(), z.string()),
  /** Metric → 95 % bootstrap interval over entities. */
  intervals: z.record(z.string(), intervalSchema),
  threshold: z
    .object({
      value: z.number(),
      /** How it was chosen, in a sentence. */
      rule: z.string(),
    })
    .nullable(),
  confusion: confusionSchema.nullable(),
  curves: curvesSchema.nullable(),
  /** The rows of highest probability: how often they are right. */
  top: z.array(z.object({ share, rows: count, precision: share, lift: z.number().nullable() })),
  /** Predictions of the test side as a column, and how alike rows of one entity are: what later batches are held against. */
  predictions: z.object({ designEffect: z.number().min(1), column: numericColumnSchema }).optional(),
  scoreHistogram: z.array(z.object({ from: z.number(), to: z.number(), positives: count, negatives: count })),
  /** Coverage of the conformal sets on the test side, per level asked for. */
  conformal: z.array(
    z.object({
      level: share,
      coverage: share,
      coveragePositives: share.nullable(),
      coverageNegatives: share.nullable(),
      /** Shares of rows whose set holds one label, both, none. */
      single: share,
      both: share,
      empty: share,
    }),
  ),
  /** The best single feature's event rate in at most ten bins (Holte 1993), fitted on the calibration side. */
  simpleModel: z
    .object({ feature: z.string(), label: z.string(), rocAuc: metric, prAuc: metric, rocAucGain: metric })
    .nullable(),
  groups: z.array(groupSchema),
  /** Performance on the test side by the time of the event, oldest first; absent for a project without event time. */
  byTime: z.array(timeWindowSchema).optional(),
  importance: z.array(importanceSchema),
  /** Source column → its part of the importance, 0 to 1: what drift weights by. */
  sourceImportance: z.record(z.string(), share),
  /** Test rows on which importance was measured. */
  importanceRows: count,
  /** High, middle and low predictions explained; no identifier, and no value of a quasi-identifying column. */
  examples: z.array(
    z.object({
      probability: z.number(),
      label: z.number(),
      factors: z.array(
        z.object({
          feature: z.string(),
          label: z.string(),
          contribution: z.number(),
          value: z.string().nullable(),
        }),
      ),
    }),
  ),
  champion: z
    .object({
      /** False when there is nothing to compare or must not be compared; `reason` says why. */
      compared: z.boolean(),
      reason: z.string(),
      metric: z.string().optional(),
      champion: z.number().optional(),
      challenger: z.number().optional(),
      /** Challenger minus champion, with its paired bootstrap interval. */
      difference: z.number().optional(),
      interval: intervalSchema.optional(),
    })
    .nullable(),
  gate: z.object({ passed: z.boolean(), summary: z.string(), checks: z.array(gateCheckSchema) }),
})
export type Evaluation = z.output<typeof evaluationSchema>
