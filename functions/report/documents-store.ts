/** Reads what a run left in the bucket, each document held against its schema. */
import { driftSchema } from '../drift/drift.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { inferenceRun } from '../layout.ts'
import { getBytes, getJson, head } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { parseDecision } from '../scoring/decision.ts'
import { parseScores, type Score } from './prediction-summary.ts'

export const readProfile = async (uri: string) => profileSchema.parse(await getJson(uri))
export const readEvaluation = async (uri: string) => evaluationSchema.parse(await getJson(uri))
export const readDrift = async (uri: string) => driftSchema.parse(await getJson(uri))
export const readDecision = async (uri: string) => parseDecision(await getJson(uri))

/** Enough for some thousand predictions of a part. */
const lineBytes = 4 * 1_024 * 1_024
/** Some hundred thousand scores: beyond, a drawing does not change any more. */
const scoreBytes = 32 * 1_024 * 1_024
const scoreParts = 64

/** The first predictions of the run, one JSON document a line; none when the run scored nothing. */
export async function readPredictionLines(runUri: string, parts: number): Promise<string[]> {
  if (parts === 0) return []
  const text = await readBeginning(inferenceRun.predictionsPart(runUri, 0), lineBytes)
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
}

/** The scores of the run; of a large one, the beginnings of parts evenly spread over it. */
export async function readScores(runUri: string, parts: number): Promise<Score[]> {
  const count = Math.min(parts, scoreParts)
  const scores: Score[] = []
  for (let at = 0; at < count; at++) {
    const part = Math.floor((at * parts) / count)
    const text = await readBeginning(inferenceRun.scoresPart(runUri, part), Math.floor(scoreBytes / count))
    for (const score of parseScores(text)) scores.push(score)
  }
  return scores
}

/** No range of an empty object can be had (InvalidRange). */
async function readBeginning(uri: string, bytes: number): Promise<string> {
  const size = (await head(uri)).bytes
  return size === 0
    ? ''
    : (await getBytes({ uri, byteStart: 0, byteEnd: Math.min(bytes, size) })).toString('utf8')
}
