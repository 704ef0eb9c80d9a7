/** Ends a deployment: its version stays, or the one of before answers again; either way the next may begin. */
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { RegimenError } from '../errors.ts'
import { readLock, releaseLock } from './rollout-lock-store.ts'
import { deploymentOf, undoOf } from './undo.ts'

export interface Ended {
  /** The version that answers now; null before the first one. */
  readonly version: string | null
  /** Whether traffic had to be taken back. */
  readonly takenBack: boolean
}

/**
 * Takes back what a deployment changed, then lets the lock go; again and again gives the same.
 * @param held only while the deployment holds the lock: what it has confirmed stays, however late an event comes
 */
export async function takeBack(
  project: string,
  runId: string,
  why: string,
  { held }: { held: boolean },
): Promise<Ended> {
  const isTheirs = !held || (await readLock(project))?.owner === runId
  const takenBack = isTheirs && (await takeBackTraffic(project, runId, why))
  await releaseLock(project, runId)
  const [now] = await readLedger(project)
  return { version: now?.version ?? null, takenBack }
}

/** `false` when the newest entry is none of the deployment's, or nothing was in production before it. */
export async function takeBackTraffic(project: string, runId: string, why: string): Promise<boolean> {
  for (;;) {
    const ledger = await readLedger(project)
    const undo = undoOf(ledger, runId, { who: `deployment ${runId}`, why, now: new Date().toISOString() })
    if (undo === undefined) return false
    const appended = await promoteAfter(project, ledger[0]?.sequence ?? 0, undo)
    // Overtaken: whoever came between may have done so already.
    if ('entry' in appended) return true
  }
}

/**
 * A share of traffic without a deployment: one that was held for gone took a step after it was taken back.
 * @param owner whose share is no stray; none when nobody deploys
 */
export async function takeBackStray(project: string, owner: string | undefined): Promise<boolean> {
  const [newest] = await readLedger(project)
  const deployment = newest?.challenger === undefined ? undefined : deploymentOf(newest)
  if (deployment === undefined || deployment === owner) return false
  return await takeBackTraffic(project, deployment, 'its deployment had ended')
}

/** @throws RegimenError `RolloutOvertaken` when another version is in production: somebody else has moved the ledger. */
export async function confirm(project: string, runId: string, version: string): Promise<Ended> {
  const [newest] = await readLedger(project)
  const isLive = newest?.version === version && newest.challenger === undefined
  if (!isLive)
    throw new RegimenError('RolloutOvertaken', {
      what: `${project} version ${version} is not the one in production any more`,
      do: 'look at regimen models history',
    })
  await releaseLock(project, runId)
  return { version, takenBack: false }
}
