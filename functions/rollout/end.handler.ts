/** end-deployment: confirms a deployment or takes it back; also what an execution's end is told to, however it came. */
import * as z from 'zod'
import { outcomeOf, statusEvent } from '../alarm/outcome.ts'
import { recordOnce } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { requiredVariable } from '../required-variable.ts'
import { confirm, takeBack } from './finish-rollout-store.ts'

const asked = z.object({
  runId: z.string(),
  project: z.string(),
  version: z.string(),
  confirmed: z.boolean(),
  reason: z.string().max(1_000),
  /** How often the execution was carried on by hand: each time it ends anew. */
  redrives: z.int().min(0).default(0),
})

export const handler = door({
  input: z.union([asked, statusEvent]),
  output: z.object({
    /** The version that answers now; null before the first one, or where the event is of no deployment. */
    version: z.string().nullable(),
    takenBack: z.boolean(),
  }),
  async run(input, logger, { awsRequestId: requestId }) {
    if ('detail' in input) {
      const outcome = outcomeOf(input, requiredVariable('ENVIRONMENT'))
      if (outcome?.pipeline !== 'deployment') return { version: null, takenBack: false }
      const ended = await takeBack(outcome.project, outcome.runId, `its execution ended: ${outcome.status}`)
      logger.info('reconciled', { project: outcome.project, runId: outcome.runId, ...ended })
      return ended
    }
    const { project, runId, version, confirmed, reason, redrives } = input
    const action = confirmed ? 'confirm deployment' : 'take deployment back'
    // It is called again where its answer was lost.
    await recordOnce('end-deployment', `${runId}/${redrives}/${action}`, {
      actor: `run ${runId}`,
      action,
      resource: `${project} version ${version}`,
      purpose: reason,
      result: 'begun',
      requestId,
    })
    const ended = confirmed ? await confirm(project, runId, version) : await takeBack(project, runId, reason)
    logger.info('ended', { project, runId, confirmed, ...ended })
    return ended
  },
})
