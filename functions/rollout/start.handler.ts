/** start-deployment: begins the deployment of a version. A door of its own, so that who may train need not be who may deploy. */
import * as z from 'zod'
import { abTestOf } from '../abtest/abtest.ts'
import { recordAudit } from '../audit/audit-store.ts'
import { requireApproved } from '../deployment/approval-store.ts'
import { readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
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
    // The run looks again: what it may not do is refused here only to spare the one who asks a run that fails.
    await requireApproved(request.project, request.deployment.version)
    await requireNoTest(request.project)
    const run = await beginRun(
      request,
      projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS),
    )
    const { project, deployment } = request
    logger.info('run', { runId: run.runId, project, version: deployment.version, again: run.alreadyStarted })
    return run
  },
})

/** @throws RegimenError `InvalidRequest` while the rule of an A/B test says which version stays */
async function requireNoTest(project: string): Promise<void> {
  const test = abTestOf((await readLedger(project))[0])
  if (test !== undefined)
    throw new RegimenError('InvalidRequest', {
      what: `versions ${test.champion} and ${test.challenger} of ${project} are in an A/B test`,
      do: 'let it end first: regimen models ab decide; or end it now: regimen models rollback',
    })
}
