/** `regimen experiments list|search|show|compare|tag`: training runs, what they were asked and what came of them. */
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { compareRuns } from '../../functions/experiments/compare-runs.ts'
import type { ExperimentRun } from '../../functions/experiments/experiment-run.ts'
import { exportRun } from '../../functions/experiments/mlflow-export-store.ts'
import { tagRun } from '../../functions/experiments/run-record-store.ts'
import type { StepMetrics } from '../../functions/experiments/step-metrics.ts'
import { type Context, openContext } from '../context.ts'
import { findRun, searchRuns, stepsOf } from '../experiment-runs.ts'
import { type Cell, table } from '../output.ts'
import { sparkline } from '../sparkline.ts'

interface Listing {
  readonly limit: number
  readonly sort?: string
}

interface Selection extends Listing {
  readonly experiment?: string
  readonly parent?: string
}

export function experimentsCommand(): Command {
  const command = new Command('experiments').description('training runs: parameters, metrics, artifacts')
  listing(command.command('list').description('newest first'))
    .option('--experiment <name>', 'only this experiment')
    .option('--parent <run>', 'only the trials of this search')
    .action(async ({ experiment, parent, ...options }: Selection, self: Command) => {
      const wanted = Object.entries({ experiment, parentRun: parent })
      const query = wanted
        .flatMap(([name, text]) => (text === undefined ? [] : [`${name} = ${JSON.stringify(text)}`]))
        .join(' and ')
      await show(await openContext(self.optsWithGlobals()), query, options)
    })
  listing(
    command
      .command('search <query>')
      .description("for example 'rocAuc > 0.65 and params.max_depth = 6 and not status = FAILED'"),
  ).action(async (query: string, options: Listing, self: Command) => {
    await show(await openContext(self.optsWithGlobals()), query, options)
  })
  command
    .command('show <run>')
    .description('everything on record, with the metrics by step; also while the run goes on')
    .action(async (runId: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const run = await findRun(context, runId)
      const steps = await stepsOf(context, run)
      context.out.result({ ...run, steps }, () => described(run, steps))
    })
  command
    .command('compare <run> <other...>')
    .description('side by side: what differs, every metric against the first run, and the curves')
    .action(async (first: string, others: string[], _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const runs = await Promise.all([first, ...others].map((runId) => findRun(context, runId)))
      const steps = await Promise.all(runs.map((run) => stepsOf(context, run)))
      context.out.result({ ...compareRuns(runs), steps }, () => sideBySide(runs, steps))
    })
  command
    .command('export <run>')
    .description(
      'send a run, its metrics by step and its model to an MLflow server; sent again, nothing changes',
    )
    .option('--mlflow <uri>', "the server; by default the shell's MLFLOW_TRACKING_URI")
    .action(async (runId: string, { mlflow }: { mlflow?: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const uri = mlflow ?? process.env.MLFLOW_TRACKING_URI
      if (uri === undefined)
        throw new RegimenError('InvalidRequest', {
          what: 'no MLflow server is named',
          do: 'give --mlflow http://host:5000, or set MLFLOW_TRACKING_URI',
        })
      const sent = await exportRun(uri, await findRun(context, runId))
      context.out.result(
        { runId, ...sent },
        () =>
          `${runId} is run ${sent.mlflowRunId} of experiment ${sent.experimentId}${sent.modelSent ? '' : '; the server takes no artifacts, so the model stays where it is'}`,
      )
    })
  command
    .command('tag <run> <key=value>')
    .description('a word of yours on a run, to search for: tags.key = value')
    .action(async (runId: string, tag: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { name, text } = tagOf(tag)
      await findRun(context, runId)
      await tagRun(runId, name, text)
      context.out.result(await findRun(context, runId), () => `${runId}: ${name} = ${text}`)
    })
  return command
}

const listing = (command: Command) =>
  command
    .option('--limit <n>', 'at most this many', Number, 50)
    .option('--sort <metric>', 'largest first; -metric smallest first')

async function show(context: Context, query: string, options: Listing): Promise<void> {
  const runs = await searchRuns(context, { query, ...options })
  const metric = options.sort?.replace(/^-/, '') ?? headline(runs)
  context.out.result(runs, () =>
    table(
      ['RUN', 'EXPERIMENT', 'STATUS', 'GATE', 'DATASET', 'ALGORITHM', metric, 'STARTED', 'BY'],
      runs.map((run) => [
        run.runId,
        run.experiment ?? '',
        run.status,
        run.gate ?? '',
        run.datasetName === undefined ? '' : `${run.datasetName}@${run.datasetVersion}`,
        run.algorithm ?? '',
        run.metrics[metric],
        run.startedAt,
        run.requestedBy.split('/').at(-1) ?? '',
      ]),
    ),
  )
}

/** The first metric that a run has; evaluations name the headline first. */
const headline = (runs: readonly ExperimentRun[]) =>
  runs.flatMap(({ metrics }) => ['rocAuc', 'rmse'].filter((name) => name in metrics))[0] ?? 'METRIC'

function described(run: ExperimentRun, steps: StepMetrics): string {
  const { params, metrics, tags, artifacts, mlflow, ...facts } = run
  const sent = mlflow === undefined ? {} : { mlflow: mlflow.mlflowRunId ?? `not sent: ${mlflow.reason}` }
  const section = (title: string, values: Readonly<Record<string, Cell>>) =>
    Object.keys(values).length === 0 ? [] : [table([title, ''], Object.entries(values))]
  return [
    ...section('RUN', { ...facts, ...sent }),
    ...section('PARAMETER', params),
    ...section('METRIC', metrics),
    ...section('TAG', tags),
    ...section('ARTIFACT', artifacts),
    ...curves([run], [steps]),
  ].join('\n\n')
}

function sideBySide(runs: readonly ExperimentRun[], steps: readonly StepMetrics[]): string {
  const { differences, metrics } = compareRuns(runs)
  const header = runs.map(({ runId }) => runId)
  const rows = Object.entries(metrics).map(([name, { values, deltas }]) => [
    name,
    ...values,
    ...deltas.slice(1),
  ])
  return [
    table(
      ['DIFFERS', ...header],
      Object.entries(differences).map(([name, values]) => [name, ...values]),
    ),
    table(['METRIC', ...header, ...header.slice(1).map((run) => `Δ ${run}`)], rows),
    ...curves(runs, steps),
  ].join('\n\n')
}

function curves(runs: readonly ExperimentRun[], steps: readonly StepMetrics[]): string[] {
  const rows = steps.flatMap(({ series }, at) =>
    Object.entries(series).map(([name, values]) => [
      name,
      runs[at]?.runId,
      sparkline(values),
      values.at(0),
      values.at(-1),
    ]),
  )
  const ordered = rows.sort(([one], [other]) => String(one).localeCompare(String(other)))
  return rows.length === 0 ? [] : [table(['BY STEP', 'RUN', 'CURVE', 'FIRST', 'LAST'], ordered)]
}

/** @throws RegimenError `InvalidRequest` */
function tagOf(tag: string): { name: string; text: string } {
  const [, name, text] = /^([A-Za-z][\w-]{0,39})=(.{1,200})$/s.exec(tag) ?? []
  if (name !== undefined && text !== undefined) return { name, text }
  throw new RegimenError('InvalidRequest', {
    what: 'the tag cannot be read',
    got: JSON.stringify(tag),
    expected: 'key=value, the key of up to 40 letters, digits, _ and -',
    do: 'write for example: regimen experiments tag RUN reviewed=yes',
  })
}
