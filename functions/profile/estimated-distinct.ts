/** Whether a column's distinct count is an estimate: its values were too many to be listed or to be hashed whole. */
import type { ProfileColumn } from './profile.ts'
import { keptHashes } from './smallest-hashes.ts'

export const isEstimate = ({ exact, smallestHashes }: ProfileColumn): boolean =>
  exact === undefined && smallestHashes !== undefined && smallestHashes.length >= keptHashes

/** Estimates of one number of distinct values differ by no more than this share: four standard errors of a difference. */
export const estimatesDiffer = 4 * Math.sqrt(2 / (keptHashes - 2))
