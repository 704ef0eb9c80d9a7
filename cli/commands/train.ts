/** `regimen train`: starts the training state machine on a dataset version. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { brokenRule } from '../../functions/broken-rule.ts'
import { type ErrorParts, RegimenError } from '../../functions/errors.ts'
import { tuningRequest } from '../../functions/training/tuning.ts'
import { openContext } from '../context.ts'
import { findDataset } from '../find-dataset.ts'
import { table } from '../output.ts'
import { settings } from '../settings.ts'
import { finishRun, startRun, trainingOutput } from '../start-run.ts'

interface Options {
  readonly dataset: string
  readonly set: Record<string, string>
  readonly algorithm?: string
  readonly experiment?: string
  readonly holdout?: number
  readonly seed?: number
  readonly key?: string
  readonly wait?: boolean
  readonly tune?: string
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a model on a dataset version')
    .requiredOption('--dataset <name@version>', 'what to train on; without @version the newest')
    .option('--set <key=value>', 'a hyperparameter; may be repeated', settings, {})
    .option('--algorithm <name>', 'xgboost, random-forest or logistic-regression')
    .option('--experiment <name>', 'groups runs for comparison')
    .option('--holdout <share>', 'share of entities kept away from training, for rehearsal', Number)
    .option('--seed <n>', 'seed of the split', Number)
    .option(
      '--tune <file>',
      'search for better hyperparameters: JSON with objective and ranges (docs/tuning.md)',
    )
    .option('--key <text>', 'idempotency key: the same key is the same run')
    .option('--wait', 'follow the run to its end')
    .action(async (options: Options, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await findDataset(context, options.dataset)
      const { holdout, seed, algorithm, experiment } = options
      const run = await startRun(
        context,
        {
          pipeline: 'training',
          training: {
            dataset: { name: dataset.name, version: dataset.version, uri: dataset.uri },
            hyperparameters: options.set,
            ...(algorithm === undefined ? {} : { algorithm }),
            ...(experiment === undefined ? {} : { experiment }),
            ...(holdout === undefined ? {} : { holdout }),
            ...(seed === undefined ? {} : { seed }),
            ...(options.tune === undefined ? {} : { tuning: readTuning(options.tune) }),
          },
        },
        options.key,
      )
      if (options.wait !== true) {
        context.out.result(run, () =>
          run.place === undefined
            ? `started ${run.runId}; see \`regimen executions follow ${run.runId}\``
            : `${run.runId} waits for its turn, place ${run.place}; see \`regimen executions list\``,
        )
        return
      }
      const finished = await finishRun(context, run)
      const output = trainingOutput.parse(finished.output)
      context.out.result({ ...finished, ...output }, () =>
        [
          `model version ${output.modelVersion}, waiting for approval`,
          table(['METRIC', 'VALUE'], Object.entries(output.metrics)),
          `report: ${output.reportUri}`,
        ].join('\n'),
      )
    })
}

/** @throws RegimenError `InvalidRequest` with the place in the file and what may stand there. */
function readTuning(file: string): object {
  const refusal = (broken: Omit<ErrorParts, 'what'>) =>
    new RegimenError('InvalidRequest', {
      what: 'the search cannot be read',
      ...broken,
      do: 'see docs/tuning.md',
    })
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw refusal({ where: file, expected: 'a file with a JSON object' })
  }
  const found = tuningRequest.safeParse(read)
  if (found.success) return found.data
  throw refusal(brokenRule(found.error, file))
}
