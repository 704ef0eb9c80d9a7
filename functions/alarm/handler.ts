/** record-outcome: how an execution ended goes into its run; a failure becomes an alert, once. */
import * as z from 'zod'
import { anchorHeads } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { requiredVariable } from '../required-variable.ts'
import { recordOutcome } from '../starter/run-store.ts'
import { raiseAlert } from './alert-store.ts'
import { alertMessage, alertSubject, isFailure, outcomeOf, statusEvent } from './outcome.ts'

export const handler = door({
  input: statusEvent,
  output: z.object({
    /** Whether the run's item moved forward. */
    recorded: z.boolean(),
    alert: z.enum(['none', 'published', 'published before']),
  }),
  async run(event, logger) {
    const outcome = outcomeOf(event, requiredVariable('ENVIRONMENT'))
    if (outcome === undefined) return { recorded: false, alert: 'none' as const }
    const { runId, project, pipeline, status, error } = outcome
    const recorded = await recordOutcome(outcome)
    logger.info('outcome', { runId, project, pipeline, status, error, recorded })
    // The outcome of an execution is told whether or not the anchor could be put: the next one puts it.
    await anchorHeads(new Date()).catch((error: unknown) =>
      logger.warn('no audit anchor', { error: String(error) }),
    )
    if (!isFailure(outcome)) return { recorded, alert: 'none' as const }
    const alert = await raiseAlert(
      {
        project,
        runId,
        pipeline,
        status,
        ...(error === undefined ? {} : { error }),
        at: outcome.stoppedAt ?? outcome.startedAt,
      },
      event.detail.redriveCount ?? 0,
      {
        topicArn: requiredVariable('TOPIC_ARN'),
        subject: alertSubject(outcome),
        message: alertMessage(outcome),
      },
    )
    return { recorded, alert }
  },
})
