/** What came of a dataset version, and what a model version came from: dataset, runs, models, predictions. */
import type { DatasetItem } from '../dataset/dataset-store.ts'
import type { Model } from '../registry/model.ts'
import type { Run } from '../starter/run-store.ts'

/** What the manifest of an inference run says. */
export interface ScoredRun {
  readonly runId: string
  readonly modelVersion: string
  readonly predictionCount: number
  readonly finishedAt: string
  readonly input: string
  readonly predictions: readonly string[]
}

export interface LineageRun {
  readonly runId: string
  readonly status: string
  readonly requestedBy: string
  readonly startedAt: string
  readonly experiment?: string | undefined
}

export interface LineageModel {
  readonly version: string
  readonly status: string
  readonly runId: string
  readonly createdAt: string
  /** Runs that predicted with it. */
  readonly predictions: readonly ScoredRun[]
}

export interface DatasetLineage {
  readonly dataset: DatasetSource
  readonly runs: readonly LineageRun[]
  readonly models: readonly LineageModel[]
  readonly predictionCount: number
}

export interface DatasetSource {
  readonly name: string
  readonly version: string
  readonly uri: string
  readonly sha256: string
  readonly location: string
  readonly attribution: string
  readonly licence: string
  readonly importedBy: string
  readonly importRunId: string | undefined
}

export interface ModelLineage {
  readonly model: Omit<LineageModel, 'predictions'>
  /** Absent for a model that was registered by another way. */
  readonly run: LineageRun | undefined
  /** Absent when the catalogue does not know the version that the model names. */
  readonly dataset: DatasetSource | undefined
  readonly datasetVersion: string
  readonly predictions: readonly ScoredRun[]
}

/** @param runs of the project, of any kind. @param scored of the project, by any model */
export function datasetLineage(
  dataset: DatasetItem,
  runs: readonly Run[],
  models: readonly Model[],
  scored: readonly ScoredRun[],
): DatasetLineage {
  const own = models.filter(
    (model) => model.datasetName === dataset.name && model.datasetVersion === dataset.version,
  )
  const lineages = own.map((model) => ({ ...modelOf(model), predictions: scoredBy(model, scored) }))
  return {
    dataset: sourceOf(dataset),
    runs: runs.filter((run) => trainedOn(run, dataset)).map(runOf),
    models: lineages,
    predictionCount: lineages
      .flatMap(({ predictions }) => predictions)
      .reduce((sum, { predictionCount }) => sum + predictionCount, 0),
  }
}

export function modelLineage(
  model: Model,
  run: Run | undefined,
  dataset: DatasetItem | undefined,
  scored: readonly ScoredRun[],
): ModelLineage {
  return {
    model: modelOf(model),
    run: run === undefined ? undefined : runOf(run),
    dataset: dataset === undefined ? undefined : sourceOf(dataset),
    datasetVersion: `${model.datasetName}@${model.datasetVersion}`,
    predictions: scoredBy(model, scored),
  }
}

const scoredBy = ({ version }: Model, scored: readonly ScoredRun[]) =>
  scored.filter(({ modelVersion }) => modelVersion === version)

function trainedOn({ pipeline, request }: Run, { name, version }: DatasetItem): boolean {
  const dataset: unknown = pipeline === 'training' ? request?.dataset : undefined
  if (typeof dataset !== 'object' || dataset === null) return false
  return Reflect.get(dataset, 'name') === name && Reflect.get(dataset, 'version') === version
}

const runOf = ({ runId, status, requestedBy, startedAt, experiment }: Run): LineageRun => ({
  runId,
  status,
  requestedBy,
  startedAt,
  ...(experiment === undefined ? {} : { experiment }),
})

const modelOf = ({ version, status, runId, createdAt }: Model) => ({ version, status, runId, createdAt })

function sourceOf(dataset: DatasetItem): DatasetSource {
  const { name, version, uri, sha256, origin, attribution, licence, requestedBy, runId } = dataset
  return {
    ...{ name, version, uri, sha256, attribution, licence },
    location: origin?.location ?? dataset.fileName,
    importedBy: requestedBy,
    importRunId: runId,
  }
}
