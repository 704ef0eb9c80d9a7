/** start-deployment: begins the deployment of a version. A door of its own, so that who may train need not be who may deploy. */
import { z } from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { projectUriOf } from '../project-uri.ts'
import { beginRun } from '../starter/begin-run-store.ts'
import { deploymentRun } from '../starter/run-request.ts'

export const handler = door({
  input: deploymentRun,
  output: z.object({
    runId: z.string(),
    executionArn: z.string(),
    runUri: z.string(),
    alreadyStarted: z.boolean(),
  }),
  async run(request, logger, { awsRequestId: requestId }) {
    await recordAudit('start-deployment', {
      actor: request.requestedBy,
      action: 'start deployment',
      resource: `${request.project} version ${request.deployment.version}`,
      purpose: request.deployment.reason,
      result: 'begun',
      requestId,
    })
    const run = await beginRun(
      request,
      projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS),
    )
    const { project, deployment } = request
    logger.info('run', { runId: run.runId, project, version: deployment.version, again: run.alreadyStarted })
    return run
  },
})
