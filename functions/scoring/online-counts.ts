/** How versions fared that answered single rows: what errors and latency of a deployment are judged on. */
import * as z from 'zod'

export const onlineCounts = z.object({
  /** Times that the version was asked for some rows. */
  calls: z.int().min(0),
  /** Those that it could not answer. */
  failures: z.int().min(0),
  /** Rows that it answered, and how long it took for them once it was loaded. */
  rows: z.int().min(0),
  milliseconds: z.number().min(0),
})
export type OnlineCounts = z.output<typeof onlineCounts>

export const noCounts: OnlineCounts = { calls: 0, failures: 0, rows: 0, milliseconds: 0 }

export const addCounts = (one: OnlineCounts, other: OnlineCounts): OnlineCounts => ({
  calls: one.calls + other.calls,
  failures: one.failures + other.failures,
  rows: one.rows + other.rows,
  milliseconds: one.milliseconds + other.milliseconds,
})
