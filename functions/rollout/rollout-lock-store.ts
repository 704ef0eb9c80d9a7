/** One deployment of a project at a time: a lease in the table, held by the run that deploys. */
import * as z from 'zod'
import { getItem, tableKeys, updateItem } from '../table-store.ts'

const lockSchema = z.object({
  /** Id of the run that deploys; empty when none does. */
  owner: z.string(),
  version: z.string(),
  /** ISO 8601; afterwards the lease is nobody's. */
  expiresAt: z.string(),
  /** The last run whose version kept production. */
  confirmed: z.string().default(''),
})
export type RolloutLock = z.output<typeof lockSchema>
type TakenLock = Omit<RolloutLock, 'confirmed'>

/** As it is: `owner` is empty when no deployment holds it. `undefined` before the first one. */
export const readRollout = (project: string): Promise<RolloutLock | undefined> =>
  getItem(tableKeys.rolloutLock(project), lockSchema)

/** `undefined` when no deployment holds it. */
export async function readLock(project: string): Promise<RolloutLock | undefined> {
  const lock = await readRollout(project)
  return lock === undefined || lock.owner === '' ? undefined : lock
}

/**
 * @param seen the owner that is known to be gone; a lease of another one is respected
 * @returns whether the lock is held by `lock.owner` now
 */
export const takeLock = (project: string, lock: TakenLock, seen: string): Promise<boolean> =>
  updateItem(tableKeys.rolloutLock(project), {
    set: { ...lock },
    condition: 'attribute_not_exists(pk) OR #owner = :free OR #owner = :seen OR #owner = :mine',
    names: { '#owner': 'owner' },
    values: { ':free': '', ':seen': seen, ':mine': lock.owner },
  })

/** `false` when another run holds it. */
export const releaseLock = (project: string, owner: string): Promise<boolean> =>
  release(project, owner, { owner: '' })

/** Gives the lock back and says that the version stays, in one write. `false` when another run holds it. */
export const confirmLock = (project: string, owner: string): Promise<boolean> =>
  release(project, owner, { owner: '', confirmed: owner })

const release = (project: string, owner: string, set: Partial<RolloutLock>): Promise<boolean> =>
  updateItem(tableKeys.rolloutLock(project), {
    set,
    condition: '#owner = :mine',
    names: { '#owner': 'owner' },
    values: { ':mine': owner },
  })
