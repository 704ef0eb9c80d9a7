/** Ends a deployment: its version stays, or the one of before answers again; either way the next may begin. */
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { RegimenError } from '../errors.ts'
import { readLock, releaseLock } from './rollout-lock-store.ts'
import { undoOf } from './undo.ts'

export interface Ended {
  /** The version that answers now; null before the first one. */
  readonly version: string | null
  /** Whether traffic had to be taken back. */
  readonly takenBack: boolean
}

/**
 * Takes back what a deployment changed, then lets the lock go; again and again gives the same.
 * @throws RegimenError `Conflict` when the ledger moves meanwhile
 */
export async function takeBack(project: string, runId: string, why: string): Promise<Ended> {
  const lock = await readLock(project)
  const ledger = await readLedger(project)
  const undo =
    lock?.owner === runId
      ? undoOf(ledger, runId, { who: `deployment ${runId}`, why, now: new Date().toISOString() })
      : undefined
  if (undo !== undefined) {
    const appended = await promoteAfter(project, ledger[0]?.sequence ?? 0, undo)
    if ('skipped' in appended && appended.skipped === 'overtaken')
      throw new RegimenError('Conflict', {
        what: `the ledger of ${project} moved while a deployment was taken back`,
      })
  }
  await releaseLock(project, runId)
  const [now] = await readLedger(project)
  return { version: now?.version ?? null, takenBack: undo !== undefined }
}

/** @throws RegimenError `Conflict` when the deployment has lost its lock: somebody took it for gone and undid it. */
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
