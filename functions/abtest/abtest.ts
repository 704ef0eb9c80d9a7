/** An A/B test as an entry of the ledger: two versions share the entities until the evidence says which one stays. */
import type { LedgerEntry, Promotion } from '../deployment/ledger.ts'
import { RegimenError } from '../errors.ts'
import type { Decision, Rule } from './decide.ts'

export interface AbTest extends Rule {
  readonly champion: string
  readonly challenger: string
  readonly share: number
  /** ISO 8601. */
  readonly since: string
  /** Of the ledger. */
  readonly sequence: number
}

/** The rule is part of the entry: it cannot be changed once outcomes are seen. */
const written = /^ab-test after entry (\d+), alpha (\S+), least gain (\S+)$/

/** `undefined` when the newest entry is none. */
export function abTestOf(newest: LedgerEntry | undefined): AbTest | undefined {
  const [, , alpha, leastGain] = written.exec(newest?.decision ?? '') ?? []
  if (newest?.challenger === undefined || alpha === undefined) return undefined
  return {
    champion: newest.version,
    challenger: newest.challenger.version,
    share: newest.challenger.share,
    since: newest.recordedAt ?? newest.when,
    sequence: newest.sequence,
    alpha: Number(alpha),
    leastGain: Number(leastGain),
  }
}

/** Whether it is the test that is asked for: asked again after an answer was lost, it is begun once. */
export const isAsked = (
  test: AbTest,
  asked: Pick<AbTest, 'challenger' | 'share' | 'alpha' | 'leastGain'>,
): boolean =>
  test.challenger === asked.challenger &&
  test.share === asked.share &&
  test.alpha === asked.alpha &&
  test.leastGain === asked.leastGain

export interface Who {
  readonly who: string
  readonly why: string
  /** ISO 8601. */
  readonly now: string
}

/** @throws RegimenError `NoChampion`, or `InvalidRequest` while two versions share the entities, or for the champion itself */
export function startOf(
  newest: LedgerEntry | undefined,
  { challenger, share, alpha, leastGain }: Pick<AbTest, 'challenger' | 'share' | 'alpha' | 'leastGain'>,
  { who, why, now }: Who,
): Promotion {
  if (newest === undefined)
    throw new RegimenError('NoChampion', {
      what: 'no version is in production to test another one against',
      do: 'approve one first',
    })
  if (newest.challenger !== undefined || newest.version === challenger)
    throw new RegimenError('InvalidRequest', {
      what:
        newest.version === challenger
          ? `version ${challenger} is in production already`
          : `versions ${newest.version} and ${newest.challenger?.version} share the entities already`,
      do: 'look at regimen models history',
    })
  return {
    version: newest.version,
    challenger: { version: challenger, share },
    who,
    why,
    when: later(now, newest.when),
    decision: `ab-test after entry ${newest.sequence}, alpha ${alpha}, least gain ${leastGain}`,
  }
}

/** `undefined` while the test goes on. */
export function endOf(
  test: AbTest,
  { decision, why }: Decision,
  by: Omit<Who, 'why'>,
): Promotion | undefined {
  if (decision === 'continue') return undefined
  return {
    version: decision === 'promote' ? test.challenger : test.champion,
    who: by.who,
    why: `A/B test of ${test.challenger}: ${why}`,
    when: later(by.now, test.since),
    decision: endedAs(test.sequence),
  }
}

export const endedAs = (sequence: number) => `ab-test of entry ${sequence} decided`

/** Clocks differ: whoever saw the newest entry decides after it. */
const later = (now: string, seen: string) => (Date.parse(now) < Date.parse(seen) ? seen : now)
