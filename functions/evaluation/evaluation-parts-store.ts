/** Reads the parts of an evaluation, a few at a time. */
import { trainingRun } from '../layout.ts'
import { getJson } from '../object-store.ts'
import { type EvaluationPart, evaluationPartSchema } from './evaluation-part.ts'

const atOnce = 16

/** @param count parts of the plan, numbered from 0; every one has been written, rows or not. */
export async function loadParts(runUri: string, count: number): Promise<EvaluationPart[]> {
  const parts: EvaluationPart[] = []
  for (let start = 0; start < count; start += atOnce) {
    const indices = Array.from({ length: Math.min(atOnce, count - start) }, (_, at) => start + at)
    const read = indices.map((index) => getJson(trainingRun.evaluationPart(runUri, index)))
    parts.push(...(await Promise.all(read)).map((value) => evaluationPartSchema.parse(value)))
  }
  return parts
}
