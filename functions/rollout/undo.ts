/** What takes back the traffic that an unfinished deployment has given to its version. */
import type { LedgerEntry, Promotion } from '../deployment/ledger.ts'

/** A step of a deployment is one decision, so that a step that is told twice is taken once. */
export const stepDecision = (runId: string, step: number) => `deployment ${runId} step ${step}`

/**
 * @param why in words, for the ledger
 * @returns `undefined` when the newest entry is not of this deployment, or nothing was in production before it
 */
export function undoOf(
  newestFirst: readonly LedgerEntry[],
  runId: string,
  { who, why, now }: { who: string; why: string; now: string },
): Promotion | undefined {
  const [newest] = newestFirst
  if (newest === undefined || !newest.decision.startsWith(`deployment ${runId} step `)) return undefined
  // With a challenger beside it, the version of before is still the one that the entry names.
  const version = newest.challenger === undefined ? newest.previous : newest.version
  if (version === null) return undefined
  return {
    version,
    who,
    why,
    when: now < newest.when ? newest.when : now,
    decision: `deployment ${runId} taken back`,
  }
}
