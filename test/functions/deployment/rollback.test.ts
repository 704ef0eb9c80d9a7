import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  inEffectAt,
  type LedgerEntry,
  nextEntry,
  type Promotion,
} from '../../../functions/deployment/ledger.ts'
import { rollbackOf } from '../../../functions/deployment/rollback.ts'

const minute = (at: number) => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString()

function extended(ledger: readonly LedgerEntry[], promotion: Promotion): LedgerEntry[] {
  const next = nextEntry(ledger, promotion)
  return 'entry' in next ? [next.entry, ...ledger] : [...ledger]
}

/** A ledger with these versions promoted minute by minute, newest first. */
const promoted = (versions: readonly string[]) =>
  versions.reduce<LedgerEntry[]>(
    (ledger, version, at) =>
      extended(ledger, { version, who: 'ada', why: 'better', when: minute(at), decision: `approval ${at}` }),
    [],
  )

const request = (to?: string) => ({ to, who: 'grace', why: 'it hurts', now: minute(100) })

describe('a rollback', () => {
  test('goes to the last other version, and back and forth when repeated', () => {
    const once = extended(promoted(['1', '2', '3']), rollbackOf(promoted(['1', '2', '3']), request()))
    expect(once[0]).toMatchObject({ sequence: 4, version: '2', previous: '3', who: 'grace', why: 'it hurts' })
    expect(rollbackOf(once, request()).version).toBe('3')
  })

  test('goes to any version that was in production', () => {
    expect(rollbackOf(promoted(['1', '2', '3']), request('1')).version).toBe('1')
    expect(() => rollbackOf(promoted(['1', '2']), request('9'))).toThrow(
      'version 9 was never in production: expected one of 1, 2',
    )
  })

  test('takes the traffic from a challenger first', () => {
    const ledger = extended(promoted(['1', '2']), {
      version: '2',
      challenger: { version: '3', share: 0.1 },
      who: 'ada',
      why: 'canary',
      when: minute(10),
      decision: 'canary',
    })
    const back = extended(ledger, rollbackOf(ledger, request()))
    expect(back[0]).toMatchObject({ sequence: 4, version: '2' })
    expect(back[0]).not.toHaveProperty('challenger')
  })

  test('is refused where there is nothing to go back to', () => {
    expect(() => rollbackOf([], request())).toThrow('no version is in production')
    expect(() => rollbackOf(promoted(['1']), request())).toThrow('version 1 is the first in production')
  })

  test('is not lost to a clock that is behind', () => {
    const ledger = promoted(['1', '2'])
    expect(extended(ledger, rollbackOf(ledger, { ...request(), now: minute(-60) }))[0]?.version).toBe('1')
  })

  test('of the same entry by two people is one entry', () => {
    const ledger = promoted(['1', '2'])
    const both = [rollbackOf(ledger, request()), rollbackOf(ledger, { ...request(), who: 'ada' })]
    expect(both.reduce<LedgerEntry[]>((so, promotion) => extended(so, promotion), ledger)).toHaveLength(3)
  })
})

test('the ledger answers for every time the version that was recorded last before it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -2, max: 30 }),
      (versions, asked) => {
        // Decided at minute n, recorded half a minute later.
        const ledger = promoted(versions.map(String)).map((entry) => ({
          ...entry,
          recordedAt: new Date(Date.parse(entry.when) + 30_000).toISOString(),
        }))
        const live = versions.slice(0, Math.max(0, asked)).at(-1)
        expect(inEffectAt(ledger, Date.parse(minute(asked)))?.version).toBe(live?.toString())
      },
    ),
    { numRuns: 300 },
  )
})
