/** `regimen score MODEL FILE`: any XGBoost model on a headerless CSV, no cloud needed. */

import { once } from 'node:events'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { scoreCsv } from '../../functions/scoring/score-csv.ts'

interface Options {
  readonly explain?: boolean
  readonly json?: boolean
}

export function scoreCommand(): Command {
  return new Command('score')
    .description('score a headerless CSV with an XGBoost model (.json, .ubj, model.tar.gz)')
    .argument('<model>', 'model file')
    .argument('<file>', 'headerless CSV, one column per feature; an empty cell is a missing value')
    .option('--explain', 'after each prediction one contribution per feature, and the bias')
    .action(async (modelFile: string, file: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      for (const path of [modelFile, file])
        if (!existsSync(path)) throw new RegimenError('InvalidRequest', { what: 'no such file', where: path })
      const model = readModel(readFileSync(modelFile))
      const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
      const scored = scoreCsv(model, lines, { explain: options.explain === true })
      if (options.json === true) await writeJson(scored, options.explain === true, model.features)
      else for await (const line of scored) await write(`${line}\n`)
    })
}

/** One document, written as it comes: `[{prediction, contributions, bias}, …]`. */
async function writeJson(scored: AsyncIterable<string>, explained: boolean, features: number): Promise<void> {
  let separator = '[\n'
  for await (const line of scored) {
    const numbers = line.split(',').map(Number)
    const row = explained
      ? { prediction: numbers[0], contributions: numbers.slice(1, 1 + features), bias: numbers[1 + features] }
      : { prediction: numbers.length === 1 ? numbers[0] : numbers }
    await write(separator + JSON.stringify(row))
    separator = ',\n'
  }
  await write(separator === '[\n' ? '[]\n' : '\n]\n')
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
