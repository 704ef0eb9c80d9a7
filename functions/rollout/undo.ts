/** What takes back the traffic that an unfinished deployment has given to its version. */
import type { LedgerEntry, Promotion } from '../deployment/ledger.ts'

/** A step of a deployment is one decision, so that a step that is told twice is taken once. */
export const stepDecision = (runId: string, step: number) => `deployment ${runId} step ${step}`

/** The deployment that an entry is a step of, if it is one. */
export const deploymentOf = (entry: LedgerEntry | undefined): string | undefined =>
  /^deployment (\S+) step \d+$/.exec(entry?.decision ?? '')?.[1]

/**
 * Whether a deployment may take its next step: the newest entry is its own last step, or that step told again. Before
 * the first one it is what was in production when the deployment was prepared, alone. Anything else is somebody's word
 * since, a rollback too, and stays.
 */
export function mayStep(
  newest: LedgerEntry | undefined,
  {
    runId,
    version,
    champion,
    step,
  }: { runId: string; version: string; champion: string | null; step: number },
): boolean {
  const decision = newest?.decision
  if (decision === stepDecision(runId, step)) return true
  if (step > 0) return decision === stepDecision(runId, step - 1)
  return (
    newest?.challenger === undefined && (newest === undefined || newest.version === (champion ?? version))
  )
}

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
  if (newest === undefined || deploymentOf(newest) !== runId) return undefined
  // With a challenger beside it, the version of before is still the one that the entry names.
  const version = newest.challenger === undefined ? newest.previous : newest.version
  if (version === null) return undefined
  return {
    version,
    who,
    why,
    when: now < newest.when ? newest.when : now,
    // Of two who take the same entry back, one does; a later step would be another entry.
    decision: `deployment ${runId} taken back at entry ${newest.sequence}`,
  }
}
