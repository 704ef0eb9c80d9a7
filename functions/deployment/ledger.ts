/** The promotion ledger: append-only, entry n names the version in production from then on. */
import * as z from 'zod'

/** A version that takes a share of the entities from the one in production: canary, linear steps. */
export const challengerSchema = z.object({
  version: z.string(),
  /** Share of the entities, above 0 and below 1. */
  share: z.number().gt(0).lt(1),
})
export type Challenger = z.output<typeof challengerSchema>

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
  /** When it took effect; entries of before this was written took effect when they were decided. */
  recordedAt: z.string().optional(),
  challenger: challengerSchema.optional(),
})
export type LedgerEntry = z.output<typeof ledgerEntrySchema>

export type Promotion = Pick<LedgerEntry, 'version' | 'who' | 'why' | 'when' | 'decision' | 'challenger'>

/** What a promotion adds to the ledger (newest entry first), or why it adds nothing. */
export function nextEntry(
  newestFirst: readonly LedgerEntry[],
  promotion: Promotion,
): { entry: LedgerEntry } | { skipped: 'recorded before' | 'in production already' | 'superseded' } {
  if (newestFirst.some(({ decision }) => decision === promotion.decision))
    return { skipped: 'recorded before' }
  const [champion] = newestFirst
  if (champion?.version === promotion.version && sameTraffic(champion.challenger, promotion.challenger))
    return { skipped: 'in production already' }
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

const sameTraffic = (one: Challenger | undefined, other: Challenger | undefined) =>
  one?.version === other?.version && one?.share === other?.share

/** The version in production, and the last other one before it: what scoring falls back to. */
export function championOf(newestFirst: readonly LedgerEntry[]): {
  version: string | undefined
  previous: string | undefined
} {
  const version = newestFirst[0]?.version
  return { version, previous: newestFirst.find((entry) => entry.version !== version)?.version }
}

/** The entry that was in effect at a time (milliseconds since 1970), if any was. */
export function inEffectAt(newestFirst: readonly LedgerEntry[], time: number): LedgerEntry | undefined {
  return newestFirst.find(({ recordedAt, when }) => Date.parse(recordedAt ?? when) <= time)
}
