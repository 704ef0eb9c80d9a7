/** How much less a profile's rows say than as many independent ones: rows of one entity are alike. */
import type { Profile } from '../profile/profile.ts'
import { distinctFrom } from '../profile/smallest-hashes.ts'

/** Factors by which the rows of the two sides are divided before anything is tested; 1 means independent rows. */
export interface DesignEffects {
  readonly baseline: number
  readonly current: number
}

export const independent: DesignEffects = { baseline: 1, current: 1 }

/**
 * The variance of one cell hangs on the largest entities in it, not on the mean one, and their rows often share a level:
 * the design effect counts twice.
 */
export const inOneCell = ({ baseline, current }: DesignEffects): DesignEffects => ({
  baseline: baseline * baseline,
  current: current * current,
})

/** Σm²/Σm, at least 1. */
export function kish(rows: readonly number[]): number {
  const all = rows.reduce((sum, count) => sum + count, 0)
  return all === 0 ? 1 : Math.max(1, rows.reduce((sum, count) => sum + count * count, 0) / all)
}

/**
 * Kish's design effect Σm²/Σm of the entities' row counts m, for rows that repeat within an entity (1965). A profile
 * counts the rows of the entities of smallest hash, which are a uniform sample of all, and all where they are few. One
 * without these counts knows rows n and distinct entities d only: counts are then taken as geometric, which gives
 * 2n/d − 1 and does not see the one entity that fills a tenth of a batch. Without an entity column it is 1.
 */
export function designEffect(profile: Profile, entityKey: string | undefined): number {
  if (entityKey !== undefined && profile.entities !== undefined)
    return kish(profile.entities.map(([, rows]) => rows))
  const column = entityKey === undefined ? undefined : profile.columns[entityKey]
  if (column === undefined || column.count === 0) return 1
  const listed = column.kind === 'opaque' ? undefined : column.levels?.length
  const distinct = column.smallestHashes === undefined ? listed : distinctFrom(column.smallestHashes)
  return distinct === undefined || distinct === 0 ? 1 : Math.max(1, (2 * column.count) / distinct - 1)
}
