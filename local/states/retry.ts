/** `Retry`: which retrier takes a failure, and how long to wait. */
import type { Retrier } from './definition.ts'
import { covers, type Failure } from './error-match.ts'

/** Decides on the retries of one visit of a state; every retrier counts its own attempts. */
export class RetryPlan {
  readonly #retriers: readonly Retrier[]
  readonly #used: number[]

  constructor(retriers: readonly Retrier[] = []) {
    this.#retriers = retriers
    this.#used = retriers.map(() => 0)
  }

  /**
   * The delay before the next attempt in seconds, or undefined when the failure is not to be retried.
   * @param random in [0, 1), for `JitterStrategy: FULL`
   */
  next(failure: Failure, random: () => number): number | undefined {
    const index = this.#retriers.findIndex((retrier) => covers(retrier.ErrorEquals, failure))
    const retrier = this.#retriers[index]
    const used = this.#used[index]
    if (retrier === undefined || used === undefined || used >= (retrier.MaxAttempts ?? 3)) return undefined
    this.#used[index] = used + 1
    const delay = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used
    const capped = Math.min(delay, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY)
    return retrier.JitterStrategy === 'FULL' ? random() * capped : capped
  }
}
