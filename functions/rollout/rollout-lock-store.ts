/** One deployment of a project at a time: a lease in the table, held by the run that deploys. */
import { z } from 'zod'
import { getItem, tableKeys, updateItem } from '../table-store.ts'

const lockSchema = z.object({
  /** Id of the run that deploys; empty when none does. */
  owner: z.string(),
  version: z.string(),
  /** ISO 8601; afterwards the lease is nobody's. */
  expiresAt: z.string(),
})
export type RolloutLock = z.output<typeof lockSchema>

/** `undefined` when no deployment holds it. */
export async function readLock(project: string): Promise<RolloutLock | undefined> {
  const lock = await getItem(tableKeys.rolloutLock(project), lockSchema)
  return lock === undefined || lock.owner === '' ? undefined : lock
}

/**
 * @param seen the owner that is known to be gone; a lease of another one is respected
 * @returns whether the lock is held by `lock.owner` now
 */
export const takeLock = (project: string, lock: RolloutLock, seen: string): Promise<boolean> =>
  updateItem(tableKeys.rolloutLock(project), {
    set: { ...lock },
    condition: 'attribute_not_exists(pk) OR #owner = :free OR #owner = :seen OR #owner = :mine',
    names: { '#owner': 'owner' },
    values: { ':free': '', ':seen': seen, ':mine': lock.owner },
  })

/** `false` when another run holds it. */
export const releaseLock = (project: string, owner: string): Promise<boolean> =>
  updateItem(tableKeys.rolloutLock(project), {
    set: { owner: '' },
    condition: '#owner = :mine',
    names: { '#owner': 'owner' },
    values: { ':mine': owner },
  })
