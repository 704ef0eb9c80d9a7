/** Reads the scores of a run; of a large one, the beginnings of parts evenly spread over it. */
import { inferenceRun } from '../layout.ts'
import { getBytes, head } from '../object-store.ts'
import { parseScoredRows, type ScoredRows } from './scored-rows.ts'

/** Some hundred thousand scores: beyond, a distribution does not change any more. */
const mostBytes = 32 * 1_024 * 1_024
const mostParts = 64

export async function readScoredRows(runUri: string, parts: number): Promise<ScoredRows> {
  const count = Math.min(parts, mostParts)
  const texts: string[] = []
  for (let at = 0; at < count; at++) {
    const uri = inferenceRun.scoresPart(runUri, Math.floor((at * parts) / count))
    const { bytes } = await head(uri)
    // No range of an empty object can be had (InvalidRange).
    if (bytes === 0) continue
    const byteEnd = Math.min(bytes, Math.floor(mostBytes / count))
    texts.push((await getBytes({ uri, byteStart: 0, byteEnd })).toString('utf8'))
  }
  return parseScoredRows(texts)
}
