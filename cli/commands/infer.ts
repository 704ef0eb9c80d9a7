/** `regimen infer`: starts the inference state machine on a file or on an object that is there already. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { getModel } from '../../functions/registry/model-store.ts'
import { openContext } from '../context.ts'
import { finishRun, inferenceOutput, startRun } from '../start-run.ts'
import { uploadBatch } from '../upload.ts'

interface Options {
  readonly input: string
  readonly model?: string
  readonly key?: string
  readonly wait?: boolean
  /** commander's form of `--no-explain`: true without it. */
  readonly explain: boolean
}

export function inferCommand(): Command {
  return new Command('infer')
    .description('score a batch with the model in production')
    .requiredOption('--input <file|uri>', 'a local file, or s3://…')
    .option('--model <version>', 'another version than the one in production')
    .option('--key <text>', 'idempotency key: the same key is the same run')
    .option('--no-explain', 'do without what moved each prediction, which is faster')
    .option('--wait', 'follow the run to its end')
    .action(async (options: Options, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { input, model, explain } = options
      if (!input.startsWith('s3://') && !existsSync(input))
        throw new RegimenError('InvalidRequest', {
          what: 'no such file',
          where: input,
          expected: 'a file or an s3:// URI',
        })
      // Before the upload and the run: both are for nothing when there is no such version.
      if (model !== undefined) await getModel(context.project, model)
      const inputUri = input.startsWith('s3://') ? input : await uploadBatch(context, input)
      const run = await startRun(
        context,
        {
          pipeline: 'inference',
          inference: {
            inputUri,
            ...(model === undefined ? {} : { modelVersion: model }),
            // What is not asked for otherwise is as the project says.
            ...(explain ? {} : { explanations: false }),
          },
        },
        options.key,
      )
      if (options.wait !== true) {
        context.out.result(run, () => `started ${run.runId}; see \`regimen executions follow ${run.runId}\``)
        return
      }
      const finished = await finishRun(context, run)
      const output = inferenceOutput.parse(finished.output)
      context.out.result({ ...finished, ...output }, () =>
        [
          `${output.predictionCount} predictions by model version ${output.modelVersion}${output.fellBack ? ' (the previous one: the newest could not score)' : ''}`,
          `${output.lowConfidence} with low confidence; mean ${output.meanPrediction.toFixed(4)}`,
          output.featuresWithDrift.length === 0
            ? 'no drift'
            : `drift in ${output.featuresWithDrift.join(', ')}${output.driftAlarm ? ' — alarm' : ''}`,
          `predictions: ${output.predictionsUri}`,
          `report: ${output.reportUri}`,
        ].join('\n'),
      )
    })
}
