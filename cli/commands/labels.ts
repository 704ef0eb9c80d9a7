/** `regimen labels import`: labels that arrived after their predictions, joined to the run that made these. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { contracts } from '../../functions/stages.ts'
import { getRun } from '../../functions/starter/run-store.ts'
import { openContext } from '../context.ts'
import { invokeFunction } from '../invoke-function.ts'
import { uploadLabels } from '../upload.ts'

export function labelsCommand(): Command {
  const command = new Command('labels').description('what became true after it was predicted')
  command
    .command('import <file>')
    .description('join a CSV with the columns example_key and label to the predictions of a run')
    .requiredOption('--run <id>', 'the inference run that made the predictions')
    .action(async (file: string, { run }: { run: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      if (!existsSync(file))
        throw new RegimenError('InvalidRequest', {
          what: 'no such file',
          where: file,
          expected: 'a CSV file',
        })
      const found = await getRun(run)
      if (found?.pipeline !== 'inference' || found.project !== context.project)
        throw new RegimenError('InvalidRequest', {
          what: `no inference run "${run}"`,
          where: `in project ${context.project}`,
          do: 'see regimen executions list',
        })
      const labelsUri = await uploadLabels(context, file)
      // Of an execution that was started by hand the item does not tell where it lies.
      const runUri = found.runUri ?? `s3://${context.bucket}/${context.project}/inference/${run}`
      const answer = await invokeFunction(
        context,
        'join-labels',
        { runUri, labelsUri },
        contracts.joinLabels.output,
      )
      context.out.result(answer, () =>
        [
          `${answer.labelled} of ${answer.predictions} predictions have a label (${(100 * answer.coverage).toFixed(0)} %)`,
          answer.reason,
          `performance: ${answer.performanceUri}`,
        ].join('\n'),
      )
    })
  return command
}
