/** What a version said of its test rows, from the parts of its evaluation in the bucket. */
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { loadParts } from '../evaluation/evaluation-parts-store.ts'
import { mergeParts } from '../evaluation/merge-parts.ts'
import { trainingRun } from '../layout.ts'
import { getJson, list } from '../object-store.ts'
import type { Model } from './model.ts'
import type { TestedVersion } from './paired-comparison.ts'

export async function readTestedRows(model: Model): Promise<TestedVersion> {
  const runUri = model.evaluationUri.slice(0, model.evaluationUri.lastIndexOf('/'))
  const first = trainingRun.evaluationPart(runUri, 0)
  const parts = await list(first.slice(0, first.lastIndexOf('/') + 1))
  const [evaluation, loaded] = await Promise.all([
    getJson(model.evaluationUri).then((value) => evaluationSchema.parse(value)),
    loadParts(runUri, parts.length),
  ])
  return { version: model.version, task: evaluation.task, engine: model.engine, rows: mergeParts(loaded) }
}
