/** A training run in MLflow's words: experiment, parameters, metrics by step, tags, and its model as an MLflow model. */
import { person } from '../person.ts'
import type { ExperimentRun } from './experiment-run.ts'
import type { StepMetrics } from './step-metrics.ts'

export interface MlflowEntry {
  readonly key: string
  readonly value: string
}

export interface MlflowMetric {
  readonly key: string
  readonly value: number
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly step: number
}

export interface MlflowRun {
  /** Name of the experiment. */
  readonly experiment: string
  readonly name: string
  /** Epoch milliseconds. */
  readonly startTime: number
  readonly endTime: number
  readonly params: readonly MlflowEntry[]
  readonly metrics: readonly MlflowMetric[]
  readonly tags: readonly MlflowEntry[]
}

/** By this a run of the platform is found again. */
export const runTag = 'regimen.runId'

/** What every store of MLflow takes. */
const longestKey = 250
const longestParam = 500
const longestTag = 5_000

/** The same run gives the same entries whenever it is sent: a second time changes nothing. */
export function mlflowRun(run: ExperimentRun, steps: StepMetrics | undefined): MlflowRun {
  const startTime = Date.parse(run.startedAt)
  const endTime = run.stoppedAt === undefined ? startTime : Date.parse(run.stoppedAt)
  const dataset =
    run.datasetName === undefined ? undefined : `${run.datasetName}@${run.datasetVersion ?? 'unknown'}`
  const told = {
    [runTag]: run.runId,
    'regimen.project': run.project,
    'regimen.environment': run.environment,
    'regimen.code': run.code,
    'regimen.dataset': dataset,
    'regimen.algorithm': run.algorithm,
    'regimen.engine': run.engine,
    'regimen.gate': run.gate,
    'mlflow.user': person(run.requestedBy),
    'mlflow.source.name': 'regimen',
    'mlflow.source.type': 'JOB',
    ...run.tags,
  }
  return {
    experiment: run.experiment ?? run.project,
    name: run.runId,
    startTime,
    endTime,
    params: entries(run.params, longestParam),
    tags: entries(told, longestTag),
    metrics: [
      ...Object.entries(run.metrics).map(([key, value]) => ({ key, value, timestamp: startTime, step: 0 })),
      ...Object.entries(steps?.series ?? {}).flatMap(([key, values]) =>
        values.flatMap((value, at) =>
          value === null ? [] : [{ key, value, timestamp: startTime, step: steps?.steps[at] ?? at }],
        ),
      ),
    ].map((metric) => ({ ...metric, key: nameOf(metric.key) })),
  }
}

/** MLflow's names hold letters, digits, `_`, `-`, `.`, blanks and slashes. */
const nameOf = (key: string) => key.replace(/[^\w\-. /]/g, '_').slice(0, longestKey)

const entries = (texts: Readonly<Record<string, string | undefined>>, longest: number): MlflowEntry[] =>
  Object.entries(texts).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: nameOf(key), value: value.slice(0, longest) }],
  )

export interface ModelFile {
  /** Below the run's artifacts. */
  readonly path: string
  readonly content: Uint8Array
}

/**
 * The model as `mlflow.xgboost.load_model('runs:/<id>/model')` reads it.
 * @param booster as the library saves it: JSON or UBJSON. @param createdAt ISO 8601
 */
export function modelFiles(mlflowRunId: string, booster: Uint8Array, createdAt: string): ModelFile[] {
  // UBJSON begins with `{` and the type of the first key's length, JSON with `{"`.
  const format = booster[1] === 0x22 ? 'json' : 'ubj'
  const data = `model.${format}`
  const lines = [
    'artifact_path: model',
    'flavors:',
    '  python_function:',
    `    data: ${data}`,
    '    loader_module: mlflow.xgboost',
    '    python_version: 3.11.0',
    '  xgboost:',
    '    code: null',
    `    data: ${data}`,
    '    model_class: xgboost.core.Booster',
    `    model_format: ${format}`,
    '    xgb_version: 3.0.5',
    'mlflow_version: 3.4.0',
    `run_id: ${mlflowRunId}`,
    `utc_time_created: '${createdAt.replace('T', ' ').replace('Z', '')}'`,
  ]
  const text = (content: string) => Buffer.from(content)
  return [
    { path: `model/${data}`, content: booster },
    { path: 'model/requirements.txt', content: text('mlflow\nxgboost>=3.0\n') },
    // Last: where it stands, the model is whole.
    { path: 'model/MLmodel', content: text(`${lines.join('\n')}\n`) },
  ]
}
