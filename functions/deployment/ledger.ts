/** The promotion ledger: append-only, entry n names the version in production from then on. */
import { z } from 'zod'

export const ledgerEntrySchema = z.object({
  /** 1, 2, 3, … without gaps. */
  sequence: z.int().min(1),
  version: z.string(),
  /** The version that was in production before. */
  previous: z.string().nullable(),
  who: z.string(),
  why: z.string(),
  /** When it was decided, which may be before it was recorded. */
  when: z.string(),
  /** What the decision is recognised by: the same event twice is one entry. */
  decision: z.string(),
})
export type LedgerEntry = z.output<typeof ledgerEntrySchema>

export type Promotion = Pick<LedgerEntry, 'version' | 'who' | 'why' | 'when' | 'decision'>

/** What a promotion adds to the ledger (newest entry first), or why it adds nothing. */
export function nextEntry(
  newestFirst: readonly LedgerEntry[],
  promotion: Promotion,
): { entry: LedgerEntry } | { skipped: 'recorded before' | 'in production already' | 'superseded' } {
  if (newestFirst.some(({ decision }) => decision === promotion.decision))
    return { skipped: 'recorded before' }
  const [champion] = newestFirst
  if (champion?.version === promotion.version) return { skipped: 'in production already' }
  // Events come in any order: a decision does not undo one that was taken after it.
  if (champion !== undefined && Date.parse(promotion.when) < Date.parse(champion.when))
    return { skipped: 'superseded' }
  return {
    entry: {
      ...promotion,
      sequence: (champion?.sequence ?? 0) + 1,
      previous: champion?.version ?? null,
    },
  }
}

/** The version in production, and the last other one before it: what scoring falls back to. */
export function championOf(newestFirst: readonly LedgerEntry[]): {
  version: string | undefined
  previous: string | undefined
} {
  const version = newestFirst[0]?.version
  return { version, previous: newestFirst.find((entry) => entry.version !== version)?.version }
}
