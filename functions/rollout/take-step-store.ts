/** One step of a deployment: the ledger is looked at, written by one conditional put, and read back. */
import type { LedgerEntry } from '../deployment/ledger.ts'
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { RegimenError } from '../errors.ts'
import { takeBackSteps } from './finish-rollout-store.ts'
import { readLock } from './rollout-lock-store.ts'
import { mayStep, stepDecision } from './undo.ts'

export interface Step {
  readonly runId: string
  readonly project: string
  readonly version: string
  /** The version that shares, or is replaced; null when there is none. */
  readonly champion: string | null
  /** From 0. */
  readonly step: number
  /** Of the entities, above 0; 1 is all of them. */
  readonly share: number
  readonly who: string
  readonly why: string
}

/**
 * Told twice, it is taken once.
 * @returns the entry that is live now
 * @throws RegimenError `RolloutOvertaken` when the turn is another's, or somebody else has moved the ledger.
 */
export async function takeStep(asked: Step): Promise<LedgerEntry> {
  const { runId, project, version, champion, step, share, who, why } = asked
  if ((await readLock(project))?.owner !== runId) throw overtaken(project, 'the deployment has lost its turn')
  const [newest] = await readLedger(project)
  if (!mayStep(newest, asked))
    throw overtaken(project, 'somebody else has moved the ledger since the last step')
  const isWhole = share === 1 || champion === null
  const now = new Date().toISOString()
  await promoteAfter(project, newest?.sequence ?? 0, {
    version: isWhole ? version : champion,
    ...(isWhole ? {} : { challenger: { version, share } }),
    who,
    why,
    when: newest !== undefined && now < newest.when ? newest.when : now,
    decision: stepDecision(runId, step),
  })
  const [live] = await readLedger(project)
  const given =
    live?.version === version ? 1 : live?.challenger?.version === version ? live.challenger.share : 0
  if (live === undefined || given !== (isWhole ? 1 : share))
    throw overtaken(project, 'what is live is not what was asked for')
  // Whoever took this deployment for gone has looked at the ledger before this entry.
  if ((await readLock(project))?.owner !== runId) {
    await takeBackSteps(project, runId, 'the deployment had lost its turn')
    throw overtaken(project, 'the deployment has lost its turn')
  }
  return live
}

const overtaken = (project: string, what: string) =>
  new RegimenError('RolloutOvertaken', {
    what,
    where: `the ledger of ${project}`,
    do: 'look at regimen models history, and decide again',
  })
