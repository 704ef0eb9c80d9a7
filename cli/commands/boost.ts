/** `regimen boost TRAIN.csv`: the local trainer alone, on a CSV as the built-in algorithm reads it. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { boost } from '../../local/training/boost.ts'
import { writeModel } from '../../local/training/write-model.ts'
import { Output, seconds, table } from '../output.ts'
import { settings } from '../settings.ts'

interface Options {
  readonly validation?: string
  readonly set: Record<string, string>
  readonly model: string
  readonly threads?: number
  readonly json?: boolean
}

const defaults = { num_round: '100', objective: 'reg:squarederror' }

export function boostCommand(): Command {
  return new Command('boost')
    .description('train a gradient-boosting model on a headerless CSV, label first')
    .argument('<train>', 'CSV without header, label first; an empty cell is a missing value')
    .option('--validation <file>', 'the same for early stopping')
    .option(
      '--set <key=value>',
      'a hyperparameter of the built-in XGBoost algorithm; may be repeated',
      settings,
      {},
    )
    .option('--threads <n>', 'worker threads; the model does not depend on it', Number)
    .requiredOption('--model <file>', 'where to write the model: .json or .ubj')
    .action(async (train: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const out = new Output(options.json === true)
      for (const file of [train, options.validation])
        if (file !== undefined && !existsSync(file))
          throw new RegimenError('InvalidRequest', { what: 'no such file', where: file })
      const { model, metrics } = await boost({
        train: [train],
        ...(options.validation === undefined ? {} : { validation: [options.validation] }),
        hyperparameters: { ...defaults, ...options.set },
        ...(options.threads === undefined ? {} : { threads: options.threads }),
        onRound: (line) => out.passing(`  ${line.replace('#011', '  ').replaceAll('#011', '  ')}`),
      })
      writeModel(model, options.model)
      const { history: _history, ...summary } = metrics
      out.result({ model: options.model, ...summary }, () =>
        [
          `${metrics.rounds} rounds on ${metrics.rows.train} rows × ${metrics.features} features in ${seconds(metrics.seconds * 1000)}`,
          table(['METRIC', 'VALUE'], Object.entries(metrics.final)),
          `model: ${options.model}`,
        ].join('\n'),
      )
    })
}
