/** What one part adds to the evaluation: scores and labels of its rows, and sums that merge; no identifier of anyone. */
import * as z from 'zod'

const numbers = z.array(z.number())
const count = z.int().min(0)

/** Rows and positives per bin of one feature. */
const binCounts = z.object({ rows: z.array(count), positives: numbers })

export const evaluationPartSchema = z.object({
  format: z.literal('regimen-evaluation-part/1').default('regimen-evaluation-part/1'),
  index: count,
  calibration: z.object({
    labels: numbers,
    /** The model's output after its link, before calibration. */
    scores: numbers,
    /** Sum of the margins over these rows: contributions are relative to their mean. */
    marginSum: z.number(),
  }),
  test: z.object({
    labels: numbers,
    scores: numbers,
    championScores: numbers.optional(),
    /** The first 13 hexadecimal digits of a hash, as a number: tells entities apart and names none. */
    entities: z.array(count),
    /** Seconds since 1970 of the event, null where unknown; absent for a project without event time. */
    times: z.array(z.number().nullable()).optional(),
    /** Column → its levels (null: missing) and, per row, the place of the row's level among them. */
    groups: z.record(z.string(), z.object({ levels: z.array(z.string().nullable()), codes: z.array(count) })),
  }),
  importance: z.object({
    rows: count,
    /** Feature → sum of |contribution| over the rows, its encoded columns together. */
    absolute: z.record(z.string(), z.number()),
  }),
  /** Feature → counts in the bins of the simple model, which the training profile defines. */
  simple: z.record(z.string(), z.object({ calibration: binCounts, test: binCounts })),
  examples: z.array(
    z.object({
      score: z.number(),
      label: z.number(),
      factors: z.array(
        z.object({ feature: z.string(), contribution: z.number(), value: z.string().nullable() }),
      ),
    }),
  ),
})
export type EvaluationPart = z.output<typeof evaluationPartSchema>
