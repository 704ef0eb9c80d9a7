/**
 * The program that stands in for the container of SageMaker's built-in XGBoost algorithm (3.0-5).
 *
 *     main.ts --train DIR [--validation DIR] --hyperparameters FILE.json --model-dir DIR [--metrics FILE]
 *
 * Leaves `model.tar.gz` in the model directory and exits 0; on an error it leaves `failure` there and exits 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { archiveModel } from './archive-model.ts'
import { boost } from './boost.ts'

const given = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))

const { values } = parseArgs({
  options: {
    train: { type: 'string' },
    validation: { type: 'string' },
    hyperparameters: { type: 'string' },
    'model-dir': { type: 'string' },
    metrics: { type: 'string' },
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)

async function train(): Promise<void> {
  const modelDirectory = required('model-dir')
  mkdirSync(modelDirectory, { recursive: true })
  // What an interrupted run of the same job left must not be taken for this one's result.
  for (const name of ['failure', 'model.tar.gz']) rmSync(join(modelDirectory, name), { force: true })
  try {
    const validation =
      values.validation === undefined ? undefined : channelFiles(values.validation, 'validation')
    const { model, metrics } = await boost({
      train: channelFiles(required('train'), 'train'),
      ...(validation === undefined ? {} : { validation }),
      hyperparameters: given.parse(JSON.parse(readFileSync(required('hyperparameters'), 'utf8'))),
      onRound: say,
    })
    const { final, ...rest } = metrics
    if (values.metrics !== undefined) {
      writeFileSync(values.metrics, `${JSON.stringify({ metrics: final, ...rest }, undefined, 2)}\n`)
    }
    await archiveModel(model, modelDirectory)
    say(
      `trained on ${metrics.rows.train} rows of ${metrics.features} features, ${metrics.rounds} rounds, ` +
        `${metrics.threads} threads, ${metrics.seconds.toFixed(2)} s`,
    )
  } catch (error) {
    const reason = reasonOf(error)
    writeFileSync(join(modelDirectory, 'failure'), reason)
    process.stderr.write(`${reason}\n`)
    process.exitCode = 1
  }
}

/** SageMaker tells errors of the customer's input from errors of the algorithm by this prefix. */
function reasonOf(error: unknown): string {
  if (error instanceof RegimenError) return `ClientError: ${error.name}: ${error.message}`
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return 'ClientError: HyperparameterRefused: the hyperparameters are no JSON object of strings'
  }
  return `AlgorithmError: ${error instanceof Error ? error.message : String(error)}`
}

function required(name: 'train' | 'hyperparameters' | 'model-dir'): string {
  const value = values[name]
  if (value !== undefined) return value
  process.stderr.write(`missing argument --${name}\n`)
  process.exit(2)
}

/** Every file below the channel's directory, in the order of their paths. */
function channelFiles(directory: string, channel: string): string[] {
  const entries = existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true, recursive: true })
    : []
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length > 0) return files
  throw new RegimenError('TrainingDataUnusable', {
    what: 'the channel holds no files',
    where: `channel ${channel}`,
    expected: 'at least one CSV file',
  })
}

await train()
