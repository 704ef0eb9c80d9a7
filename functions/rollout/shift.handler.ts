/** shift-traffic: one step of a deployment, by one entry of the ledger, read back. */
import * as z from 'zod'
import { door } from '../door.ts'
import { takeStep } from './take-step-store.ts'

export const handler = door({
  input: z.object({
    runId: z.string(),
    project: z.string(),
    version: z.string(),
    /** The version that shares, or is replaced; null when there is none. */
    champion: z.string().nullable(),
    step: z.int().min(0),
    share: z.number().gt(0).max(1),
    requestedBy: z.string(),
    reason: z.string(),
  }),
  output: z.object({ sequence: z.int(), version: z.string(), share: z.number() }),
  async run({ requestedBy, reason, ...step }, logger) {
    const { sequence, version, challenger } = await takeStep({ ...step, who: requestedBy, why: reason })
    const share = version === step.version ? 1 : (challenger?.share ?? 0)
    logger.info('shifted', { project: step.project, version: step.version, share, sequence })
    return { sequence, version: step.version, share }
  },
})
