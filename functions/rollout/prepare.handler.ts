/** prepare-deployment: takes the project's lock for a version that may go into production and is shown to score. */
import * as z from 'zod'
import { recordOnce } from '../audit/audit-store.ts'
import { requireApproved } from '../deployment/approval-store.ts'
import { readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { loadProject } from '../project-store.ts'
import { runContext } from '../stages.ts'
import { trialRows } from './evidence-store.ts'
import { releaseLock } from './rollout-lock-store.ts'
import { stepsOf, strategy } from './steps.ts'
import { takeTurn } from './take-turn-store.ts'
import { answersOf, checksumOf, loadVersion } from './versions-store.ts'

/** What a deployment may take beside its waiting. */
const workSeconds = 3_600

export const handler = door({
  input: runContext.extend({
    project: z.string(),
    version: z.string(),
    strategy,
    /** @default as the project says */
    share: z.number().gt(0).lt(1).optional(),
    watchSeconds: z.int().min(0).max(86_400).optional(),
    /** How often the execution was carried on by hand: each time it asks anew. */
    redrives: z.int().min(0).default(0),
  }),
  output: z.object({
    version: z.string(),
    champion: z.string().nullable(),
    steps: z.array(z.number()),
    watchSeconds: z.int(),
    /** Rows that the version scored before it got any traffic. */
    triedRows: z.int(),
    /** Of what was tried: every look at the version makes sure that it is still the same. */
    checksum: z.string(),
  }),
  async run(
    { project: id, projectUri, runId, version, strategy, redrives, ...asked },
    logger,
    { awsRequestId: requestId },
  ) {
    // It is called again and again while another deployment has the turn.
    await recordOnce('prepare-deployment', `${runId}/${redrives}`, {
      actor: `run ${runId}`,
      action: 'prepare deployment',
      resource: `${id} version ${version}`,
      result: 'begun',
      requestId,
    })
    // Once more, whatever the request says.
    await requireApproved(id, version)
    const project = await loadProject(projectUri)
    const { share = project.deployment.share, watchSeconds = project.deployment.watchSeconds } = asked
    const steps = stepsOf(strategy, share)
    await takeTurn(id, runId, version, steps.length * watchSeconds + workSeconds)
    try {
      const checksum = await checksumOf(id, version)
      const scorer = await loadVersion(id, projectUri, version)
      const rows = await trialRows(project, version)
      if (rows !== undefined) requireNumbers(answersOf(scorer, scorer, rows).challenger, version)
      const [newest] = await readLedger(id)
      const champion = newest === undefined || newest.version === version ? null : newest.version
      logger.info('deployment', { project: id, version, champion, steps: steps.length })
      // Before the first version there is nobody to share with.
      return {
        version,
        champion,
        steps: champion === null ? [1] : steps,
        triedRows: rows?.rows ?? 0,
        watchSeconds,
        checksum,
      }
    } catch (error) {
      await releaseLock(id, runId)
      throw error
    }
  },
})

function requireNumbers(values: Float64Array, version: string): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new RegimenError('ModelUnreadable', {
      what: `version ${version} gives no number for an example`,
      where: `example ${wrong + 1} of its trial`,
      do: 'train it again',
    })
}
