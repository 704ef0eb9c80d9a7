/** `regimen datasets lineage`: from a dataset version to models and predictions, or from a model version back. */
import type { Command } from 'commander'
import type { DatasetLineage, ModelLineage } from '../../functions/catalogue/lineage.ts'
import { readDatasetLineage, readModelLineage } from '../../functions/catalogue/lineage-store.ts'
import { RegimenError } from '../../functions/errors.ts'
import { openContext } from '../context.ts'
import { findDataset } from '../find-dataset.ts'
import { table } from '../output.ts'

export function lineageCommand(command: Command): void {
  command
    .command('lineage [name@version]')
    .description('runs, models and predictions that came of a version; with --model, what a model came from')
    .option('--model <version>', 'a model version')
    .action(async (reference: string | undefined, { model }: { model?: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      if ((reference === undefined) === (model === undefined))
        throw new RegimenError('InvalidRequest', {
          what: 'lineage is asked of one thing',
          expected: 'NAME@VERSION, or --model VERSION',
        })
      if (reference !== undefined) {
        const lineage = await readDatasetLineage(await findDataset(context, reference))
        context.out.result(lineage, () => downstream(lineage))
      } else if (model !== undefined) {
        const lineage = await readModelLineage(context.project, model)
        context.out.result(lineage, () => upstream(lineage))
      }
    })
}

function downstream({ dataset, runs, models, predictionCount }: DatasetLineage): string {
  return [
    `${dataset.name}@${dataset.version} from ${dataset.location}`,
    table(
      ['TRAINING RUN', 'STATUS', 'BY', 'STARTED'],
      runs.map((run) => [run.runId, run.status, run.requestedBy, run.startedAt]),
    ),
    table(
      ['MODEL', 'STATUS', 'RUN', 'INFERENCE RUNS', 'PREDICTIONS'],
      models.map((model) => [
        model.version,
        model.status,
        model.runId,
        model.predictions.length,
        model.predictions.reduce((sum, run) => sum + run.predictionCount, 0),
      ]),
    ),
    `${predictionCount.toLocaleString('en-US')} predictions in all`,
  ].join('\n\n')
}

function upstream({ model, run, dataset, datasetVersion, predictions }: ModelLineage): string {
  return [
    `model version ${model.version} (${model.status})`,
    run === undefined
      ? `trained by run ${model.runId}`
      : `trained by run ${run.runId}, asked for by ${run.requestedBy}`,
    dataset === undefined
      ? `on ${datasetVersion}, which the catalogue does not hold`
      : `on ${datasetVersion}: ${dataset.location}, ${dataset.attribution || 'no attribution'}, ${dataset.licence || 'no licence'}`,
    table(
      ['INFERENCE RUN', 'PREDICTIONS', 'FINISHED'],
      predictions.map((scored) => [scored.runId, scored.predictionCount, scored.finishedAt]),
    ),
  ].join('\n')
}
