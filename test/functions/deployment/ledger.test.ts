import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  championOf,
  type LedgerEntry,
  nextEntry,
  type Promotion,
} from '../../../functions/deployment/ledger.ts'

const promotion = (version: string, minute: number): Promotion => ({
  version,
  who: 'reviewer',
  why: 'better',
  when: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  decision: `approval of ${version} at ${minute}`,
})

/** Newest first, as the store reads it. */
function record(promotions: readonly Promotion[]): LedgerEntry[] {
  const ledger: LedgerEntry[] = []
  for (const one of promotions) {
    const next = nextEntry(ledger, one)
    if ('entry' in next) ledger.unshift(next.entry)
  }
  return ledger
}

describe('the ledger', () => {
  test('starts at 1 with no version before', () => {
    expect(record([promotion('3', 0)])).toEqual([{ ...promotion('3', 0), sequence: 1, previous: null }])
  })

  test('recognises an event that comes again, also after another promotion', () => {
    const first = promotion('1', 0)
    expect(nextEntry(record([first, promotion('2', 1)]), first)).toEqual({ skipped: 'recorded before' })
  })

  test('does not let a decision undo one that was taken after it', () => {
    expect(nextEntry(record([promotion('2', 5)]), promotion('1', 4))).toEqual({ skipped: 'superseded' })
  })

  test('does not promote what is in production already', () => {
    expect(nextEntry(record([promotion('2', 5)]), promotion('2', 6))).toEqual({
      skipped: 'in production already',
    })
  })

  test('falls back to the last other version, also after a rollback', () => {
    const ledger = record([promotion('1', 0), promotion('2', 1), promotion('1', 2)])
    expect(championOf(ledger)).toEqual({ version: '1', previous: '2' })
    expect(championOf([])).toEqual({ version: undefined, previous: undefined })
  })

  test('ends with the latest decision whatever the order of the events, each entry naming the one before', () => {
    const decisions = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(decisions, (minutes) => {
        // Each version is decided once: a later decision for what is in production leaves no entry to compare with.
        const events = minutes.map((minute) => promotion(String(minute), minute))
        const ledger = record([...events, ...events]).toReversed()
        for (const [at, entry] of ledger.entries()) {
          expect(entry.sequence).toBe(at + 1)
          expect(entry.previous).toBe(ledger[at - 1]?.version ?? null)
        }
        expect(ledger.at(-1)?.version).toBe(String(Math.max(...minutes)))
      }),
      { numRuns: 300 },
    )
  })
})
