/** The shares of the entities that a new version takes, one step after the other. */
import * as z from 'zod'

export const strategy = z.enum(['all-at-once', 'canary', 'linear'])
export type Strategy = z.output<typeof strategy>

/** How `route` tells shares apart. */
const finest = 10_000

/**
 * `canary` tries the version on one share of the entities, `linear` adds that share again and again.
 * @param share above 0 and below 1. @returns ascending, above 0; the last one is 1
 */
export function stepsOf(strategy: Strategy, share: number): number[] {
  if (strategy === 'all-at-once') return [1]
  if (strategy === 'canary') return [share, 1]
  const steps: number[] = []
  for (let taken = share; taken < 1 - 1 / finest; taken += share)
    steps.push(Math.round(taken * finest) / finest)
  return [...steps, 1]
}
