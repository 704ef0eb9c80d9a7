/**
 * Ends a deployment: its version stays, or the one of before answers again; either way the next may begin. A step in the
 * ledger is sound while its deployment holds the lock, and when it has confirmed; any other is taken back.
 */
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { RegimenError } from '../errors.ts'
import { confirmLock, readRollout, releaseLock } from './rollout-lock-store.ts'
import { deploymentOf, undoOf } from './undo.ts'

export interface Ended {
  /** The version that answers now; null before the first one. */
  readonly version: string | null
  /** Whether traffic had to be taken back. */
  readonly takenBack: boolean
}

/** Takes back what a deployment changed and has not confirmed, then lets the lock go; again and again gives the same. */
export async function takeBack(project: string, runId: string, why: string): Promise<Ended> {
  const rollout = await readRollout(project)
  const takenBack = rollout?.confirmed !== runId && (await takeBackSteps(project, runId, why))
  await releaseLock(project, runId)
  await takeBackStray(project)
  const [now] = await readLedger(project)
  return { version: now?.version ?? null, takenBack }
}

/** Steps that no deployment answers for: one that was held for gone went on, or died before it could take them back. */
export async function takeBackStray(project: string): Promise<boolean> {
  const [newest] = await readLedger(project)
  const runId = deploymentOf(newest)
  if (runId === undefined) return false
  // Read after the ledger: a deployment confirms after its last step, never before.
  const rollout = await readRollout(project)
  if (rollout?.owner === runId || rollout?.confirmed === runId) return false
  return await takeBackSteps(project, runId, `deployment ${runId} ended without a word`)
}

/** `false` when the newest entry is none of the deployment's, or nothing was in production before it. */
export async function takeBackSteps(project: string, runId: string, why: string): Promise<boolean> {
  for (;;) {
    const ledger = await readLedger(project)
    const undo = undoOf(ledger, runId, { who: `deployment ${runId}`, why, now: new Date().toISOString() })
    if (undo === undefined) return false
    const appended = await promoteAfter(project, ledger[0]?.sequence ?? 0, undo)
    // Overtaken: whoever came between may have done so already.
    if ('entry' in appended) return true
  }
}

/** @throws RegimenError `RolloutOvertaken` when another version is in production, or the turn was taken over */
export async function confirm(project: string, runId: string, version: string): Promise<Ended> {
  const kept = { version, takenBack: false }
  const [newest] = await readLedger(project)
  const rollout = await readRollout(project)
  // Told again after an answer was lost.
  if (rollout?.confirmed === runId) return kept
  if (newest?.version === version && newest.challenger === undefined) {
    const author = deploymentOf(newest)
    if (author === runId && (await confirmLock(project, runId))) return kept
    // In production before: whoever put it there stays the one whose word holds.
    if (author !== runId && (author === undefined || author === rollout?.confirmed)) {
      await releaseLock(project, runId)
      return kept
    }
  }
  throw new RegimenError('RolloutOvertaken', {
    what: `${project} version ${version} is not the one in production any more`,
    do: 'look at regimen models history',
  })
}
