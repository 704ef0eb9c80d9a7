/** Chooses the version that answers for an entity: by hash alone, so that an entity meets one version however often it comes. */
import { slotOf, slots } from '../dataset/split.ts'
import type { LedgerEntry } from './ledger.ts'

/**
 * A growing share keeps the entities that the challenger has. Shares are told apart in steps of 0.0001.
 *
 * @returns the version of the entry, or that of its challenger
 */
export function route(
  { version, challenger }: Pick<LedgerEntry, 'version' | 'challenger'>,
  entity: string,
): string {
  if (challenger === undefined) return version
  const isChallenged = slotOf(`route:${challenger.version}:${entity}`) < Math.round(challenger.share * slots)
  return isChallenged ? challenger.version : version
}
