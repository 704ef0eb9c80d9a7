/** start-monitoring: begins a look at the windows: asked for, by the clock, or because a batch was scored. */
import * as z from 'zod'
import { outcomeOf, statusEvent } from '../alarm/outcome.ts'
import { door } from '../door.ts'
import { projectUriOf } from '../project-uri.ts'
import { requiredVariable } from '../required-variable.ts'
import { beginRun } from '../starter/begin-run-store.ts'
import { monitoringRun } from '../starter/run-request.ts'

const scheduled = monitoringRun.extend({ scheduledTime: z.string().min(1) })

export const handler = door({
  input: z.union([scheduled, monitoringRun, statusEvent]),
  output: z.union([
    z.object({
      runId: z.string(),
      executionArn: z.string(),
      runUri: z.string(),
      alreadyStarted: z.boolean(),
    }),
    z.object({ ignored: z.boolean() }),
  ]),
  async run(input, logger) {
    const request = requestOf(input)
    if (request === undefined) return { ignored: true }
    const run = await beginRun(
      request,
      projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS),
    )
    logger.info('run', { runId: run.runId, project: request.project, again: run.alreadyStarted })
    return run
  },
})

/** An event that is delivered twice, and a schedule that fires twice, are one look. */
function requestOf(
  input: z.output<typeof scheduled> | z.output<typeof monitoringRun> | z.output<typeof statusEvent>,
): z.output<typeof monitoringRun> | undefined {
  if ('scheduledTime' in input) {
    const { scheduledTime, ...request } = input
    return { ...request, idempotencyKey: `schedule@${scheduledTime}` }
  }
  if (!('detail' in input)) return input
  const outcome = outcomeOf(input, requiredVariable('ENVIRONMENT'))
  if (outcome?.pipeline !== 'inference' || outcome.status !== 'SUCCEEDED') return undefined
  const { project, runId } = outcome
  return { pipeline: 'monitoring', project, requestedBy: `batch ${runId}`, idempotencyKey: `batch ${runId}` }
}
