/** Predicts examples by the versions that the ledger names for their entities, and by the one before where one fails. */
import type { LedgerEntry } from '../deployment/ledger.ts'
import { route } from '../deployment/route.ts'
import type { Examples } from '../features/examples.ts'
import { noCounts, type OnlineCounts } from './online-counts.ts'
import { pickExamples } from './pick-examples.ts'
import { type Prediction, type Scorer, type ScoringOccasion, scoreExamples } from './score-examples.ts'

export interface OnlineRequest {
  readonly examples: Examples
  readonly entry: Pick<LedgerEntry, 'version' | 'challenger'>
  /** The version before the one in production. */
  readonly previous: string | undefined
  readonly occasion: Omit<ScoringOccasion, 'fallback'>
  load(version: string): Promise<Scorer>
  /** Told of each version that was asked, whether or not it answered. */
  count(version: string, counts: OnlineCounts): void
}

export interface FellBack {
  /** The version that should have answered. */
  version: string
  /** The version that did. */
  by: string
  /** Name of the error. */
  error: string
}

/**
 * @returns predictions in the order of the examples
 * @throws the error of the version that should have answered, when what stands in for it fails too
 */
export async function predictOnline(
  request: OnlineRequest,
): Promise<{ predictions: Prediction[]; fellBack: FellBack[] }> {
  const { examples, entry, previous } = request
  const rowsByVersion = new Map<string, number[]>()
  for (const [row, entity] of examples.entityIds.entries()) {
    const version = route(entry, entity)
    const rows = rowsByVersion.get(version)
    if (rows === undefined) rowsByVersion.set(version, [row])
    else rows.push(row)
  }
  const predictions: Prediction[] = new Array(examples.rows)
  const fellBack: FellBack[] = []
  for (const [version, rows] of rowsByVersion) {
    const standIn = version === entry.version ? previous : entry.version
    const picked = pickExamples(examples, rows)
    const answer = await score(request, version, picked, false).catch(async (error: unknown) => {
      if (standIn === undefined) throw error
      const instead = await score(request, standIn, picked, true).catch(() => undefined)
      if (instead === undefined) throw error
      fellBack.push({ version, by: standIn, error: error instanceof Error ? error.name : 'Error' })
      return instead
    })
    for (const [at, prediction] of answer.entries()) predictions[rows[at] as number] = prediction
  }
  return { predictions, fellBack }
}

async function score(
  { load, occasion, count }: OnlineRequest,
  version: string,
  examples: Examples,
  fallback: boolean,
): Promise<Prediction[]> {
  try {
    const scorer = await load(version)
    const begun = performance.now()
    const predictions = Array.from(
      scoreExamples(scorer, { ...occasion, fallback }, examples),
      ({ prediction }) => prediction,
    )
    const milliseconds = performance.now() - begun
    count(version, { calls: 1, failures: 0, rows: predictions.length, milliseconds })
    return predictions
  } catch (error) {
    count(version, { ...noCounts, calls: 1, failures: 1 })
    throw error
  }
}
