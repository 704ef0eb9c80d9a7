/** shift-traffic: one step of a deployment, by one entry of the ledger, read back. */
import { z } from 'zod'
import type { LedgerEntry } from '../deployment/ledger.ts'
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { readLock } from './rollout-lock-store.ts'
import { stepDecision } from './undo.ts'

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
    const isOurs = ledger[0] === undefined || isExpected(ledger[0], version, champion)
    if (!isOurs) throw overtaken(project, 'another version went into production meanwhile')
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
    logger.info('shifted', { project, version, share: given, sequence: live.sequence })
    return { sequence: live.sequence, version, share: given }
  },
})

/** The champion alone, or with the version beside it, or the version itself when the step is told again. */
const isExpected = (entry: LedgerEntry, version: string, champion: string | null) =>
  entry.version === version ||
  (entry.version === champion && (entry.challenger === undefined || entry.challenger.version === version))

const overtaken = (project: string, what: string) =>
  new RegimenError('RolloutOvertaken', {
    what,
    where: `the ledger of ${project}`,
    do: 'look at regimen models history, and decide again',
  })
