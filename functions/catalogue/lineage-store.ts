/** Reads what lineage is made of: runs and models from the table, and from the bucket what each inference run left. */
import * as z from 'zod'
import { type DatasetItem, getDataset } from '../dataset/dataset-store.ts'
import { inferenceRun } from '../layout.ts'
import { getJson, headIfThere } from '../object-store.ts'
import { getModel, listModels } from '../registry/model-store.ts'
import { getRun, listRuns, type Run } from '../starter/run-store.ts'
import {
  type DatasetLineage,
  datasetLineage,
  type ModelLineage,
  modelLineage,
  type ScoredRun,
} from './lineage.ts'

const manifest = z.object({
  runId: z.string(),
  modelVersion: z.string(),
  predictionCount: z.number(),
  finishedAt: z.string(),
  input: z.string(),
  written: z.object({ predictions: z.array(z.string()) }),
})

/** Manifests read at once. */
const readAtOnce = 16

export async function readDatasetLineage(dataset: DatasetItem): Promise<DatasetLineage> {
  const { project } = dataset
  const [runs, models] = await Promise.all([listRuns(project, Number.POSITIVE_INFINITY), listModels(project)])
  const own = models.some(
    (model) => model.datasetName === dataset.name && model.datasetVersion === dataset.version,
  )
  return datasetLineage(dataset, runs, models, own ? await scoredRuns(runs) : [])
}

/** @throws RegimenError `ModelNotFound` */
export async function readModelLineage(project: string, version: string): Promise<ModelLineage> {
  const model = await getModel(project, version)
  const [run, dataset, runs] = await Promise.all([
    getRun(model.runId),
    getDataset(project, model.datasetName, model.datasetVersion),
    listRuns(project, Number.POSITIVE_INFINITY),
  ])
  return modelLineage(model, run, dataset, await scoredRuns(runs))
}

/** A manifest comes last: a run without one has not predicted to its end. */
async function scoredRuns(runs: readonly Run[]): Promise<ScoredRun[]> {
  const uris = runs.flatMap(({ pipeline, runUri }) =>
    pipeline === 'inference' && runUri !== undefined ? [inferenceRun.manifest(runUri)] : [],
  )
  const found: ScoredRun[] = []
  for (let start = 0; start < uris.length; start += readAtOnce) {
    const some = await Promise.all(uris.slice(start, start + readAtOnce).map(readManifest))
    found.push(...some.filter((one) => one !== undefined))
  }
  return found
}

async function readManifest(uri: string): Promise<ScoredRun | undefined> {
  if ((await headIfThere(uri)) === undefined) return undefined
  const { written, ...scored } = manifest.parse(await getJson(uri))
  return { ...scored, predictions: written.predictions }
}
