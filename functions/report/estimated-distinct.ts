/** Whether a column's distinct count is an estimate (3 %): its values were too many to be listed or to be hashed whole. */
import type { ProfileColumn } from '../profile/profile.ts'
import { keptHashes } from '../profile/smallest-hashes.ts'

export const isEstimate = ({ exact, smallestHashes }: ProfileColumn): boolean =>
  exact === undefined && smallestHashes !== undefined && smallestHashes.length >= keptHashes
