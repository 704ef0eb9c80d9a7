/** performance.json: how well a model did on a run's batch, as far as its labels have arrived. */
import * as z from 'zod'
import { groupSchema, intervalSchema } from '../evaluation/evaluation.ts'

const count = z.int().min(0)
const share = z.number().min(0).max(1)

export const performanceSchema = z.object({
  format: z.literal('regimen-performance/1').default('regimen-performance/1'),
  /** `partial`: measured on the labels that are there, which may not be those of all. */
  status: z.enum(['complete', 'partial', 'insufficient-data']),
  runId: z.string(),
  modelVersion: z.string(),
  /** When the predictions were made, ISO 8601. */
  predictedAt: z.string(),
  predictions: count,
  labelled: count,
  coverage: share,
  unknownLabels: count,
  correctedLabels: count,
  repeatedExamples: count,
  /** From the predictions to the last delivery of labels. */
  delayDays: z.number().nullable(),
  /** The same for a batch that was scored twice, so that windows count it once. */
  examplesDigest: z.string(),
  /** By name, as in evaluation.json; null where it cannot be computed. */
  metrics: z.record(z.string(), z.number().nullable()),
  intervals: z.record(z.string(), intervalSchema),
  groups: z.array(groupSchema),
  /** The headline metric against the test side of training: concept drift is a loss beyond chance. */
  comparison: z
    .object({
      metric: z.string(),
      value: z.number(),
      reference: z.number(),
      /** Loss in the metric's unit: positive is worse than in training. */
      loss: z.number(),
      pValue: share,
      worse: z.boolean(),
    })
    .nullable(),
  reason: z.string(),
})
export type Performance = z.output<typeof performanceSchema>
