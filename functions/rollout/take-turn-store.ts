/** Whose turn it is to deploy: one run at a time, and one that is gone is put right before the next begins. */
import { RegimenError } from '../errors.ts'
import { getRun, terminalStatuses } from '../starter/run-store.ts'
import { takeBackStray } from './finish-rollout-store.ts'
import { readLock, takeLock } from './rollout-lock-store.ts'

/**
 * @param seconds that the deployment may take at most: afterwards it counts as gone
 * @throws RegimenError `RolloutInProgress`
 */
export async function takeTurn(
  project: string,
  runId: string,
  version: string,
  seconds: number,
): Promise<void> {
  const held = await readLock(project)
  const expiresAt = new Date(Date.now() + seconds * 1_000).toISOString()
  let gone = ''
  if (held !== undefined && held.owner !== runId) {
    if (!(await isGone(held.owner, held.expiresAt))) throw taken(project, held.owner, held.version)
    gone = held.owner
  }
  if (!(await takeLock(project, { owner: runId, version, expiresAt }, gone)))
    throw taken(project, 'another run', 'another version')
  // The lock first: from now on the one that is gone can neither step nor confirm, should it go on after all.
  await takeBackStray(project)
}

async function isGone(owner: string, expiresAt: string): Promise<boolean> {
  if (expiresAt < new Date().toISOString()) return true
  const status = (await getRun(owner))?.status
  return terminalStatuses.some((each) => each === status)
}

const taken = (project: string, owner: string, version: string) =>
  new RegimenError('RolloutInProgress', {
    what: `${project} is being deployed already`,
    got: `version ${version} by run ${owner}`,
    do: 'wait for its end, or stop it: regimen executions stop <run>',
  })
