/** `regimen predict`: single rows at once, by the versions in production; a table of them is a batch (`regimen infer`). */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import * as z from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { openContext } from '../context.ts'
import { invokeFunction } from '../invoke-function.ts'

const answer = z.object({
  modelVersion: z.string(),
  challenger: z.object({ version: z.string(), share: z.number() }).optional(),
  predictions: z.array(z.record(z.string(), z.unknown())),
  fellBack: z.array(z.object({ version: z.string(), by: z.string(), error: z.string() })),
})

export function predictCommand(): Command {
  return new Command('predict')
    .description('score single rows with the model in production, at once')
    .requiredOption('--input <file>', 'JSON: one row of the source as an object, or a list of them')
    .option('--no-explain', 'do without what moved each prediction')
    .action(async ({ input, explain }: { input: string; explain: boolean }, self: Command) => {
      const rows = readRows(input)
      const context = await openContext(self.optsWithGlobals())
      const request = { project: context.project, rows, ...(explain ? {} : { explanations: false }) }
      const found = await invokeFunction(context, 'predict', request, answer)
      context.out.result(found, () =>
        [
          ...found.predictions.map((prediction) => JSON.stringify(prediction)),
          ...found.fellBack.map(
            ({ version, by, error }) => `version ${version} could not score (${error}): version ${by} did`,
          ),
        ].join('\n'),
      )
    })
}

/** @throws RegimenError `InvalidRequest` */
function readRows(file: string): unknown[] {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(document) ? document : [document]
  } catch (error) {
    // What the parser says of a text quotes it.
    const got = error instanceof SyntaxError ? 'a text that is no JSON' : 'a file that cannot be read'
    throw new RegimenError('InvalidRequest', {
      what: 'there are no rows to predict',
      where: file,
      got,
      expected: 'JSON: one row as an object, or a list of them',
      do: 'give a table of rows to: regimen infer --input FILE',
    })
  }
}
