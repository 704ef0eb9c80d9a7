/** shift-traffic: one step of a deployment, by one entry of the ledger, read back. */
import { z } from 'zod'
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { takeBackTraffic } from './finish-rollout-store.ts'
import { readLock } from './rollout-lock-store.ts'
import { mayStep, stepDecision } from './undo.ts'

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
  async run({ runId, project, version, champion, step, share, requestedBy, reason }, logger) {
    const lock = await readLock(project)
    if (lock?.owner !== runId) throw overtaken(project, 'the deployment has lost its turn')
    const ledger = await readLedger(project)
    if (!mayStep(ledger[0], { runId, version, champion, step }))
      throw overtaken(project, 'somebody else has moved the ledger since the last step')
    const isWhole = share === 1 || champion === null
    const now = new Date().toISOString()
    await promoteAfter(project, ledger[0]?.sequence ?? 0, {
      version: isWhole ? version : champion,
      ...(isWhole ? {} : { challenger: { version, share } }),
      who: requestedBy,
      why: reason,
      when: ledger[0] !== undefined && now < ledger[0].when ? ledger[0].when : now,
      decision: stepDecision(runId, step),
    })
    const [live] = await readLedger(project)
    const given =
      live?.version === version ? 1 : live?.challenger?.version === version ? live.challenger.share : 0
    if (live === undefined || given !== (isWhole ? 1 : share))
      throw overtaken(project, 'what is live is not what was asked for')
    // Whoever took this deployment for gone has looked at the ledger before this entry.
    if ((await readLock(project))?.owner !== runId) {
      await takeBackTraffic(project, runId, 'the deployment had lost its turn')
      throw overtaken(project, 'the deployment has lost its turn')
    }
    logger.info('shifted', { project, version, share: given, sequence: live.sequence })
    return { sequence: live.sequence, version, share: given }
  },
})

const overtaken = (project: string, what: string) =>
  new RegimenError('RolloutOvertaken', {
    what,
    where: `the ledger of ${project}`,
    do: 'look at regimen models history, and decide again',
  })
