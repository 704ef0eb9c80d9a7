/** What a simulation reads of the answers of the platform's doors and machines. */
import * as z from 'zod'

export const observed = z.object({
  modelVersion: z.string().nullable(),
  episode: z.string().nullable(),
  notices: z.array(z.string()),
  reason: z.string(),
})

export const driftSeen = z.object({
  driftScore: z.number().nullable(),
  drifted: z.array(z.string()),
  estimate: z.object({ rocAuc: z.object({ value: z.number() }).nullable() }).optional(),
})

/** Output of a training whose model passed the gate. */
export const allowedBy = z.object({ modelVersion: z.string(), modelPackageArn: z.string() })
