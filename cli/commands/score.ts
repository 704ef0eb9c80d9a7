/** `regimen score MODEL FILE`: any XGBoost model on a headerless CSV, no cloud needed. */

import { once } from 'node:events'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { scoreCsv } from '../../functions/scoring/score-csv.ts'
import type { XgboostModel } from '../../functions/scoring/xgboost-model.ts'

interface Options {
  readonly explain?: boolean
  readonly allRounds?: boolean
  readonly json?: boolean
}

export function scoreCommand(): Command {
  return new Command('score')
    .description('score a headerless CSV with an XGBoost model (.json, .ubj, model.tar.gz)')
    .argument('<model>', 'model file')
    .argument('<file>', 'headerless CSV, one column per feature; an empty cell or nan is a missing value')
    .option('--explain', 'after each prediction one contribution per feature, and the bias')
    .option(
      '--all-rounds',
      'use every tree of a model that was stopped early, not only those up to its best iteration',
    )
    .action(async (modelFile: string, file: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      for (const path of [modelFile, file])
        if (!existsSync(path)) throw new RegimenError('InvalidRequest', { what: 'no such file', where: path })
      const model = readModel(readFileSync(modelFile), {
        iterations: options.allRounds === true ? 'all' : 'best',
      })
      const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
      const scored = scoreCsv(model, lines, { explain: options.explain === true })
      if (options.json === true) await writeJson(scored, options.explain === true, model)
      else for await (const line of scored) await write(`${line}\n`)
    })
}

/**
 * One document, written as it comes: `[{prediction, contributions, bias}, …]`. A model of several classes has a list of
 * predictions, and per class a list of contributions and a bias.
 */
async function writeJson(
  scored: AsyncIterable<string>,
  explained: boolean,
  { features, groups }: XgboostModel,
): Promise<void> {
  let separator = '[\n'
  for await (const line of scored) {
    const numbers = line.split(',').map(Number)
    const outputs = explained ? numbers.length - groups * (features + 1) : numbers.length
    const prediction = outputs === 1 ? numbers[0] : numbers.slice(0, outputs)
    const parts = Array.from({ length: explained ? groups : 0 }, (_, group) => {
      const start = outputs + group * (features + 1)
      return { contributions: numbers.slice(start, start + features), bias: numbers[start + features] }
    })
    const explanation =
      groups === 1
        ? parts[0]
        : explained
          ? { contributions: parts.map((part) => part.contributions), bias: parts.map((part) => part.bias) }
          : undefined
    await write(separator + JSON.stringify({ prediction, ...explanation }))
    separator = ',\n'
  }
  await write(separator === '[\n' ? '[]\n' : '\n]\n')
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
