/** Rollback as a decision for the ledger: the version before, or one that was in production once, takes over again. */
import { RegimenError } from '../errors.ts'
import { championOf, type LedgerEntry, type Promotion } from './ledger.ts'

export interface RollbackRequest {
  /** @default the version before; where a challenger shares the traffic, the one in production without it */
  readonly to?: string | undefined
  readonly who: string
  readonly why: string
  /** ISO 8601. */
  readonly now: string
}

/**
 * @throws RegimenError `NoChampion` when nothing is in production, `InvalidRequest` when there is nothing to go back to
 * or the version was never in production.
 */
export function rollbackOf(newestFirst: readonly LedgerEntry[], request: RollbackRequest): Promotion {
  const [champion] = newestFirst
  if (champion === undefined)
    throw new RegimenError('NoChampion', { what: 'no version is in production, so there is none to leave' })
  const version =
    request.to ?? (champion.challenger === undefined ? championOf(newestFirst).previous : champion.version)
  if (version === undefined)
    throw new RegimenError('InvalidRequest', {
      what: `version ${champion.version} is the first in production`,
      expected: 'a version before it to go back to',
    })
  if (!newestFirst.some((entry) => entry.version === version))
    throw new RegimenError('InvalidRequest', {
      what: `version ${version} was never in production`,
      expected: `one of ${[...new Set(newestFirst.map((entry) => entry.version))].sort().join(', ')}`,
      do: 'a version that is new to production is approved: regimen models approve <version>',
    })
  return {
    version,
    who: request.who,
    why: request.why,
    // Clocks differ: whoever saw the newest entry decides after it.
    when: Date.parse(request.now) < Date.parse(champion.when) ? champion.when : request.now,
    // Of two people who leave the same entry at once, one does.
    decision: `rollback of entry ${champion.sequence} to ${version}`,
  }
}
