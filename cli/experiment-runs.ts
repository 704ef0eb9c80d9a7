/** Training runs for the command: found by query, each with its metrics by step. */
import { RegimenError } from '../functions/errors.ts'
import type { ExperimentRun } from '../functions/experiments/experiment-run.ts'
import { parseQuery } from '../functions/experiments/query.ts'
import { getExperimentRun, trainingRuns } from '../functions/experiments/run-record-store.ts'
import { type StepMetrics, stepMetricsSchema } from '../functions/experiments/step-metrics.ts'
import { readTrainingSteps } from '../functions/experiments/training-log-store.ts'
import { getJson } from '../functions/object-store.ts'
import type { Context } from './context.ts'
import { historyOf } from './follow-execution.ts'

export interface Search {
  readonly query: string
  /** A metric, largest first; `-name` smallest first. @default newest first */
  readonly sort?: string | undefined
  readonly limit: number
}

export async function searchRuns(context: Context, { query, sort, limit }: Search): Promise<ExperimentRun[]> {
  const matches = parseQuery(query)
  const found: ExperimentRun[] = []
  for await (const run of trainingRuns(context.project)) {
    if (matches(run)) found.push(run)
    if (sort === undefined && found.length === limit) break
  }
  if (sort === undefined) return found
  const descending = !sort.startsWith('-')
  const metric = descending ? sort : sort.slice(1)
  // A run without the metric stands last, whichever way.
  const value = (run: ExperimentRun) => (run.metrics[metric] ?? Number.NaN) * (descending ? -1 : 1)
  const order = (a: ExperimentRun, b: ExperimentRun) =>
    Number.isNaN(value(a)) ? 1 : Number.isNaN(value(b)) ? -1 : value(a) - value(b)
  return found.sort(order).slice(0, limit)
}

/** @throws RegimenError `InvalidRequest` when the project has no such run. */
export async function findRun(context: Context, runId: string): Promise<ExperimentRun> {
  const run = await getExperimentRun(runId)
  if (run !== undefined && run.project === context.project) return run
  throw new RegimenError('InvalidRequest', {
    what: `no training run "${runId}"`,
    where: `in project ${context.project}`,
    do: 'see `regimen experiments list`',
  })
}

/** From the bucket once the run is over, from the job's log while it goes on. */
export async function stepsOf(context: Context, run: ExperimentRun): Promise<StepMetrics> {
  const { steps } = run.artifacts
  if (steps !== undefined) return stepMetricsSchema.parse(await getJson(steps))
  const job = run.trainingJobName ?? (await startedJob(context, run))
  return job === undefined ? { steps: [], series: {} } : await readTrainingSteps(job)
}

/** The training job that the execution started last; its name is on record only when the job is over. */
async function startedJob(context: Context, { runId }: ExperimentRun): Promise<string | undefined> {
  const machine = context.stateMachine('training').replace(':stateMachine:', ':execution:')
  const history = await historyOf(context.sfn, `${machine}:${runId}`)
  return history
    .map(({ taskScheduledEventDetails: task }) =>
      task?.resourceType === 'sagemaker' ? task.parameters : undefined,
    )
    .map((parameters) => (parameters === undefined ? undefined : JSON.parse(parameters).TrainingJobName))
    .filter((name): name is string => typeof name === 'string')
    .at(-1)
}
