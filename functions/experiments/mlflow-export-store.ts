/** Takes a run with its steps and its model to an MLflow server, and keeps on record whether it got there. */
import { getBytes, getJson } from '../object-store.ts'
import { unpackModel } from '../scoring/read-model.ts'
import type { ExperimentRun } from './experiment-run.ts'
import { mlflowRun, modelFiles } from './mlflow-run.ts'
import { type SentRun, sendRun } from './mlflow-store.ts'
import { recordMlflow } from './run-record-store.ts'
import { type StepMetrics, stepMetricsSchema } from './step-metrics.ts'

/** @throws RegimenError as `sendRun` does; the record then says that the run was not sent. */
export async function exportRun(trackingUri: string, run: ExperimentRun): Promise<SentRun> {
  try {
    const { model, steps } = run.artifacts
    const [archive, read] = await Promise.all([
      model === undefined ? undefined : getBytes({ uri: model }),
      steps === undefined ? undefined : getJson(steps),
    ])
    const metrics: StepMetrics | undefined = read === undefined ? undefined : stepMetricsSchema.parse(read)
    const sent = await sendRun(trackingUri, mlflowRun(run, metrics), (mlflowRunId) =>
      archive === undefined ? [] : modelFiles(mlflowRunId, unpackModel(archive), run.startedAt),
    )
    await recordMlflow(run.runId, { sent: true, mlflowRunId: sent.mlflowRunId, modelSent: sent.modelSent })
    return sent
  } catch (error) {
    await recordMlflow(run.runId, { sent: false, reason: error instanceof Error ? error.name : 'Error' })
    throw error
  }
}
