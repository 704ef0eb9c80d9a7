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
 * Kish's design effect Σm²/Σm of the entities' row counts m, for rows that repeat within an entity (1965). A profile
 * knows rows n and distinct entities d only, so that counts are taken as geometric, which gives 2n/d − 1. Without an
 * entity column it is 1.
 */
export function designEffect(profile: Profile, entityKey: string | undefined): number {
  const column = entityKey === undefined ? undefined : profile.columns[entityKey]
  if (column === undefined || column.count === 0) return 1
  const listed = column.kind === 'opaque' ? undefined : column.levels?.length
  const distinct = column.smallestHashes === undefined ? listed : distinctFrom(column.smallestHashes)
  return distinct === undefined || distinct === 0 ? 1 : Math.max(1, (2 * column.count) / distinct - 1)
}
