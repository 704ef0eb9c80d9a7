/** drift.json: what the comparison of a batch with the model's baseline says, feature by feature and as one verdict. */
import * as z from 'zod'

const share = z.number().min(0).max(1)
const count = z.number().min(0)
const statistic = z.number().nullable().optional()

/** One side of a feature as it is drawn: both sides of a feature have the same cells in the same order. */
export const driftShapeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('histogram'),
    /** Cell i holds the values in (edges[i], edges[i + 1]], the first one its lower edge too. */
    edges: z.array(z.number()),
    counts: z.array(count),
  }),
  z.object({
    type: z.literal('levels'),
    /** `level` null stands for a missing value, `other` for the rare and the unseen levels together. */
    levels: z.array(z.object({ level: z.string().nullable(), other: z.boolean().default(false), count })),
  }),
])
export type DriftShape = z.output<typeof driftShapeSchema>

/** A statistic that does not apply to the kind is absent; one that cannot be computed is null, and `reason` says why. */
export const featureDriftSchema = z.object({
  kind: z.enum(['numeric', 'categorical']),
  /** `insufficient-data`: too little to say that nothing moved; `drifted` is then null and `reason` says why. */
  status: z.enum(['compared', 'insufficient-data']),
  /** Population stability index, natural logarithm; an empty cell counts as half a row. */
  psi: statistic,
  /** Kolmogorov-Smirnov statistic, 0 to 1. */
  ks: statistic,
  /** Jensen-Shannon distance, natural logarithm (0 to 0.8326), before the correction for small samples. */
  jensenShannon: statistic,
  /** Wasserstein-1 of the values winsorised at the baseline's 0.1 and 99.9 % quantiles, in baseline deviations. */
  wasserstein: statistic,
  /**
   * Present where the numbers were counted in quantile cells: the KS statistic of the values is at most `ks` more than
   * the stated one, their Wasserstein distance within `wasserstein` of it.
   */
  bounds: z.object({ ks: z.number().min(0), wasserstein: z.number().min(0).nullable() }).optional(),
  chiSquared: statistic,
  /** Of the KS test for a numeric feature, of the chi-squared test for a categorical one. */
  pValue: statistic,
  /** Share of the batch's values whose level the baseline never held. */
  unseenShare: share.nullable().optional(),
  /** Missing share of the batch minus that of the baseline, -1 to 1. */
  missingChange: z.number().min(-1).max(1).nullable(),
  missingPValue: z.number().min(0).max(1).nullable(),
  /**
   * What the threshold is held against: Wasserstein, counting what more than 1 % of the batch holds beyond the
   * baseline's tails as far as it lies; or the Jensen-Shannon distance corrected for small samples.
   */
  effect: z.number().min(0).nullable(),
  /** What the limit of chance is held against: the tests of this feature together, each of them paid for. */
  chance: z.number().min(0).max(1).nullable().optional(),
  drifted: z.boolean().nullable(),
  /** When it drifts: the first of the runs that found it without a break. */
  since: z.object({ at: z.string(), runs: count }).optional(),
  reason: z.string().optional(),
  /** The column's part of the model's importance, 0 to 1. */
  importance: share,
  baseline: driftShapeSchema.optional(),
  current: driftShapeSchema.optional(),
})
export type FeatureDrift = z.output<typeof featureDriftSchema>

/** Whether a classifier tells rows of the batch from rows of the baseline: what no column shows alone. */
export const jointDriftSchema = z.object({
  status: z.enum(['compared', 'insufficient-data']),
  drifted: z.boolean().nullable(),
  /** Area under the ROC curve on rows that the classifier has not seen; 0.5 is chance. */
  area: share.nullable(),
  /** 95 % interval of the area. */
  interval: z.object({ low: z.number(), high: z.number(), level: share }).nullable(),
  pValue: share.nullable(),
  /** The same by single columns only: what their own drift explains. */
  singleColumnArea: share.nullable(),
  /** What told them apart, by its part of it. */
  pairs: z.array(z.object({ columns: z.array(z.string()), share })),
  reason: z.string(),
  /** Sampled rows of the batch and of the baseline. */
  rows: count,
  baselineRows: count,
})
export type JointDrift = z.output<typeof jointDriftSchema>

const estimated = z.object({
  value: z.number(),
  /** Where 95 % of the true values lie if the probabilities are calibrated. */
  low: z.number(),
  high: z.number(),
  /** Measured on the test side of training. */
  reference: z.number().nullable(),
})

/** How well the model probably does on the batch, told from its calibrated probabilities before any label is there. */
export const performanceEstimateSchema = z.object({
  status: z.enum(['estimated', 'insufficient-data']),
  rows: count,
  rocAuc: estimated.nullable(),
  precision: estimated.nullable(),
  recall: estimated.nullable(),
  brier: estimated.nullable(),
  prevalence: estimated.nullable(),
  /** The interval of the ROC AUC lies below what was measured in training. */
  lower: z.boolean(),
  reason: z.string(),
})
export type PerformanceEstimate = z.output<typeof performanceEstimateSchema>

/** One run in a few numbers, so that a later one can say since when something drifts. */
export const driftHistoryLineSchema = z.object({
  runId: z.string(),
  at: z.string(),
  rows: count,
  driftScore: share.nullable(),
  weightedDriftScore: share.nullable(),
  alarm: z.boolean(),
  drifted: z.array(z.string()),
})
export type DriftHistoryLine = z.output<typeof driftHistoryLineSchema>

export const driftSchema = z.object({
  format: z.literal('regimen-drift/1').default('regimen-drift/1'),
  status: z.enum(['compared', 'insufficient-data']),
  /** Share of the compared features that drifted; null when none could be compared. */
  driftScore: share.nullable(),
  /** The same, each feature counting by its importance to the model. */
  weightedDriftScore: share.nullable(),
  drifted: z.array(z.string()),
  /** Features of which nothing can be said. */
  insufficient: z.array(z.string()),
  alarm: z.boolean(),
  severe: z.boolean(),
  /** Why the alarm fires, or why it does not, in sentences. */
  reasons: z.array(z.string()),
  rows: count,
  baselineRows: count,
  /** Missing cells of the watched columns of the batch, as a share. */
  missingShare: share.nullable(),
  thresholds: z.object({
    effect: z.number(),
    pValue: z.number(),
    missingPoints: z.number(),
    alarmWeightedScore: z.number(),
    severeWeightedScore: z.number(),
    topFeatures: z.number(),
  }),
  modelVersion: z.string().optional(),
  /** Absent where no rows were sampled. */
  joint: jointDriftSchema.optional(),
  /** The model's scores on the batch against those on the test side of its training; absent before scoring. */
  predictions: featureDriftSchema.extend({ rows: count, baselineRows: count }).optional(),
  estimate: performanceEstimateSchema.optional(),
  /** Earlier runs of the same model, oldest first. */
  history: z.array(driftHistoryLineSchema).optional(),
  features: z.record(z.string(), featureDriftSchema),
})
export type Drift = z.output<typeof driftSchema>
