/** What follows from the evidence: the challenger takes over, the test stops, or it goes on. */
import type { Evidence } from './sequential-test.ts'

export interface Rule {
  /** Chance of a wrong promotion, and of a wrong stop for being worse, over all looks together. */
  readonly alpha: number
  /** A smaller gain (in loss) is not worth a new version: when it cannot be more, the test stops. */
  readonly leastGain: number
}

export interface Decision {
  readonly decision: 'promote' | 'stop' | 'continue'
  /** In words. */
  readonly why: string
}

export function decide({ challengerBetter, challengerWorse, difference }: Evidence, rule: Rule): Decision {
  const needed = 1 / rule.alpha
  if (challengerBetter >= needed)
    return {
      decision: 'promote',
      why: `the challenger loses less: evidence ${shown(challengerBetter)} of ${shown(needed)}`,
    }
  if (challengerWorse >= needed)
    return {
      decision: 'stop',
      why: `the challenger loses more: evidence ${shown(challengerWorse)} of ${shown(needed)}`,
    }
  if (-difference.low < rule.leastGain)
    return {
      decision: 'stop',
      why: `a gain of ${shown(rule.leastGain)} is out of reach: at most ${shown(-difference.low)}`,
    }
  return {
    decision: 'continue',
    why: `evidence ${shown(challengerBetter)} for and ${shown(challengerWorse)} against the challenger, of ${shown(needed)}`,
  }
}

const shown = (value: number) => String(Number(value.toPrecision(3)))
