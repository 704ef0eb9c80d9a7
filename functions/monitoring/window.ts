/** Windows: what one scored batch says of the model in production, as far as it is known; two signals, each in its order. */
import type { DriftHistoryLine } from '../drift/drift.ts'
import type { Performance } from '../drift/performance.ts'

/** What moved (known at once) and what the model was worth (known when labels have come). */
export const signals = ['drift', 'performance'] as const
export type Signal = (typeof signals)[number]

export interface Window {
  readonly signal: Signal
  /** The same for the same evidence, however often it is told. */
  readonly id: string
  /** When the batch was scored, ISO 8601. */
  readonly at: string
  readonly violated: boolean
}

export function windowsOf(
  history: readonly DriftHistoryLine[],
  performances: readonly Performance[],
): Window[] {
  return [
    ...history
      // A batch of which nothing could be said is no evidence of quiet.
      .filter(({ driftScore }) => driftScore !== null)
      .map(({ runId, at, alarm }) => ({ signal: 'drift' as const, id: runId, at, violated: alarm })),
    ...performances.flatMap(({ comparison, examplesDigest, predictedAt }) =>
      comparison === null
        ? []
        : // A batch that was scored twice is one window.
          [
            {
              signal: 'performance' as const,
              id: examplesDigest,
              at: predictedAt,
              violated: comparison.worse,
            },
          ],
    ),
  ].toSorted(byTime)
}

/** By time; of two at the same time by their ids, so that the order is one whoever reads them. */
export const byTime = (a: Pick<Window, 'at' | 'id'>, b: Pick<Window, 'at' | 'id'>): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
