/** Reads what a run left in the bucket, each document held against its schema. */
import { driftSchema } from '../drift/drift.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { getBytes, getJson } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { parseDecision } from '../scoring/decision.ts'

export const readProfile = async (uri: string) => profileSchema.parse(await getJson(uri))
export const readEvaluation = async (uri: string) => evaluationSchema.parse(await getJson(uri))
export const readDrift = async (uri: string) => driftSchema.parse(await getJson(uri))
export const readDecision = async (uri: string) => parseDecision(await getJson(uri))

/** The first bytes of an object as whole lines. */
export async function readFirstLines(uri: string, bytes: number): Promise<string[]> {
  const text = (await getBytes({ uri, byteStart: 0, byteEnd: bytes })).toString('utf8')
  return text.slice(0, text.lastIndexOf('\n')).split('\n')
}
