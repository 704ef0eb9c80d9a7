/** The whole story on the local cloud: import, train, approve, score later batches, tell their drift, report. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { RegimenError } from '../../functions/errors.ts'
import { getBytes } from '../../functions/object-store.ts'
import { approveModel } from '../../functions/registry/model-store.ts'
import type { Rehearsal, RehearsalBatch } from '../../projects/rehearsal.ts'
import { projects } from '../../stacks/projects.ts'
import { readAlarms } from '../alarms.ts'
import type { Context } from '../context.ts'
import { costOf, usageSince } from '../cost.ts'
import { importDataset } from '../import-dataset.ts'
import { seconds } from '../output.ts'
import { finishRun, inferenceOutput, startRun, trainingOutput } from '../start-run.ts'
import { until } from '../until.ts'
import { uploadBatch } from '../upload.ts'
import { makeBatches } from './make-batches.ts'
import { rehearsalOf } from './rehearsals.ts'

export interface DemoOptions {
  /** State of the local cloud; reports and rehearsal data are written below it. */
  readonly directory: string
  /** The real table; generated when absent. */
  readonly data?: string
  /** Names of batches, in order. */
  readonly batches: readonly string[]
  readonly rows?: number
  readonly seed: number
}

/** Share of entities that training leaves out, so that later batches hold others. */
const holdout = 0.2

export async function runDemo(context: Context, options: DemoOptions) {
  const { out } = context
  const step = async <Result>(title: string, work: () => Promise<Result>): Promise<Result> => {
    out.line(title)
    const started = Date.now()
    const result = await work()
    times[title] = (Date.now() - started) / 1000
    return result
  }
  const times: Record<string, number> = {}
  const started = Date.now()
  const rehearsal = rehearsalOf(context.project)
  const source = options.data ?? (await step('Generate', () => generate(rehearsal, options)))

  const dataset = await step('Import', () => importDataset(context, source, 'demo'))
  out.line(
    `  ✓ ${dataset.name}@${dataset.version}: ${dataset.rows.toLocaleString('en-US')} rows, every one checked`,
  )

  const training = await step('Train', async () => {
    const request = {
      dataset: { name: dataset.name, version: dataset.version, uri: dataset.uri },
      experiment: 'demo',
      holdout,
    }
    const run = await finishRun(context, await startRun(context, { pipeline: 'training', training: request }))
    return { ...run, ...trainingOutput.parse(run.output) }
  })
  await step('Approve', () => approve(context, training.modelVersion))
  out.line(`  ✓ version ${training.modelVersion} is in production`)

  const files = await batchFiles(context.project, source, rehearsal, options)
  const inferences = []
  for (const name of options.batches) {
    const batch = batchOf(rehearsal, name)
    const file = files[name]
    if (file === undefined) continue
    inferences.push(await step(`Score ${batch.title}`, () => score(context, name, batch, file)))
  }

  const alarms = await readAlarms(context)
  const usage = await usageSince(context, new Date(started), [
    dataset.executionArn,
    training.executionArn,
    ...inferences.map(({ executionArn }) => executionArn),
  ])
  const reports: Record<string, string> = {}
  reports.training = await saveReport(options.directory, 'training', training.reportUri)
  for (const { batch, reportUri } of inferences)
    reports[batch] = await saveReport(options.directory, batch, reportUri)

  return {
    dataset: { name: dataset.name, version: dataset.version, rows: dataset.rows },
    training: {
      runId: training.runId,
      status: training.status,
      modelVersion: training.modelVersion,
      metrics: training.metrics,
      engine: training.engine,
      seconds: training.seconds,
      states: training.states,
    },
    inference: inferences.at(-1),
    batches: inferences,
    alarms,
    report: reports.training,
    reports,
    times,
    usage,
    estimatedAwsCostUsd: Number(costOf(usage).toFixed(4)),
    seconds: (Date.now() - started) / 1000,
  }
}
export type DemoSummary = Awaited<ReturnType<typeof runDemo>>

async function generate(rehearsal: Rehearsal, options: DemoOptions): Promise<string> {
  const directory = join(options.directory, 'rehearsal')
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'generated.csv')
  await writeFile(file, rehearsal.generate({ seed: options.seed, rows: options.rows ?? rehearsal.rows }))
  return file
}

async function batchFiles(project: string, source: string, rehearsal: Rehearsal, options: DemoOptions) {
  const definition = projects[project]
  if (definition === undefined)
    throw new RegimenError('InvalidRequest', {
      what: `no project "${project}"`,
      where: 'in stacks/projects.ts',
    })
  const directory = join(options.directory, 'rehearsal')
  await mkdir(directory, { recursive: true })
  const batches = Object.fromEntries(options.batches.map((name) => [name, batchOf(rehearsal, name)]))
  return makeBatches({ source, project: definition, holdout, batches, directory })
}

function batchOf(rehearsal: Rehearsal, name: string): RehearsalBatch {
  const batch = Object.hasOwn(rehearsal.batches, name) ? rehearsal.batches[name] : undefined
  if (batch !== undefined) return batch
  throw new RegimenError('InvalidRequest', {
    what: `no batch "${name}"`,
    expected: `one of ${Object.keys(rehearsal.batches).join(', ')}`,
  })
}

/** Approval is an event: production has changed when the ledger says so. */
async function approve(context: Context, version: string): Promise<void> {
  const { project } = context
  await approveModel({ project, version, decision: 'Approved', reason: 'rehearsal' })
  const inProduction = await until(async () => (await readLedger(project))[0]?.version === version, 20_000)
  if (!inProduction)
    throw new RegimenError('ServiceUnavailable', {
      what: `version ${version} was approved but is not in production`,
      where: 'in the promotion ledger',
      do: 'read .regimen/logs of the function promote-model',
    })
}

async function score(context: Context, name: string, batch: RehearsalBatch, file: string) {
  const inputUri = await uploadBatch(context, file)
  const run = await finishRun(
    context,
    await startRun(context, { pipeline: 'inference', inference: { inputUri } }),
  )
  const output = inferenceOutput.parse(run.output)
  const { runId, executionArn, status, seconds: took, states } = run
  const verdict =
    output.featuresWithDrift.length === 0 ? 'no drift' : `drift in ${output.featuresWithDrift.join(', ')}`
  context.out.line(
    `  ✓ ${output.predictionCount.toLocaleString('en-US')} predictions in ${seconds(took * 1000)}: ${verdict}${output.driftAlarm ? ' — alarm' : ''}`,
  )
  return {
    batch: name,
    title: batch.title,
    shifted: batch.shifted,
    runId,
    executionArn,
    status,
    seconds: took,
    states,
    ...output,
  }
}

async function saveReport(directory: string, name: string, uri: string): Promise<string> {
  const file = resolve(directory, 'reports', `${name}.html`)
  await mkdir(join(directory, 'reports'), { recursive: true })
  await writeFile(file, await getBytes({ uri }))
  return file
}
