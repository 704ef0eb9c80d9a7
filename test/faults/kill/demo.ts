/** The rehearsal as a client that outlives the cloud: what a dead cloud did not answer is asked again, under the same key. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { type Context, openContext } from '../../../cli/context.ts'
import { makeBatches } from '../../../cli/demo/make-batches.ts'
import { rehearsalOf } from '../../../cli/demo/rehearsals.ts'
import { importDataset } from '../../../cli/import-dataset.ts'
import { useEndpoint } from '../../../cli/running-cloud.ts'
import { type RunRequest, startRun, trainingOutput } from '../../../cli/start-run.ts'
import { uploadBatch } from '../../../cli/upload.ts'
import { projects } from '../../../stacks/projects.ts'
import type { Keeper } from './keeper.ts'

const project = 'adherence'
const holdout = 0.2
/** Far more than the rehearsal takes with its cloud killed again and again. */
const patienceMilliseconds = 1_800_000

export interface DemoFiles {
  readonly table: string
  readonly batches: Readonly<Record<string, string>>
}

/** The table and its later batches: made once, so that both runs read the same bytes. */
export async function makeFiles(directory: string, rows: number, seed: number): Promise<DemoFiles> {
  await mkdir(directory, { recursive: true })
  const table = join(directory, 'table.csv')
  const rehearsal = rehearsalOf(project)
  await writeFile(table, rehearsal.generate({ seed, rows }))
  const { steady, shifted } = rehearsal.batches
  const batches = { steady: steady!, shifted: shifted! }
  const options = { source: table, project: projects[project]!, holdout, batches, directory }
  return { table, batches: await makeBatches(options) }
}

export interface FinishedExecution {
  readonly name: string
  readonly status: string
  readonly output: string
  readonly cause: string
  /** Types of the events, in order. */
  readonly events: readonly string[]
}

/** Import, train, approve, then score the batches. @param rounds how often each batch is scored */
export async function playDemo(
  keeper: Keeper,
  files: DemoFiles,
  rounds: number,
): Promise<FinishedExecution[]> {
  useEndpoint(keeper.endpoint)
  const context = await again(keeper, () => openContext({ json: true }))
  const dataset = await again(keeper, () =>
    importDataset(context, files.table, 'faults', { key: 'faults-import' }),
  )
  const { name, version, uri } = dataset
  const training = await play(keeper, context, 'train', {
    pipeline: 'training',
    training: { dataset: { name, version, uri }, holdout },
  })
  const finished = [training]
  if (training.status !== 'SUCCEEDED') return finished
  await approve(keeper, trainingOutput.parse(JSON.parse(training.output)).modelVersion)
  for (let round = 1; round <= rounds; round++)
    for (const [batch, file] of Object.entries(files.batches)) {
      const inputUri = await again(keeper, () => uploadBatch(context, file))
      const request = { pipeline: 'inference' as const, inference: { inputUri } }
      finished.push(await play(keeper, context, `${batch}-${round}`, request))
    }
  return finished
}

async function play(
  keeper: Keeper,
  context: Context,
  key: string,
  request: RunRequest,
): Promise<FinishedExecution> {
  const { executionArn } = await again(keeper, () => startRun(context, request, `faults-${key}`))
  const describe = () => again(keeper, () => context.sfn.send(new DescribeExecutionCommand({ executionArn })))
  let execution = await describe()
  for (const since = Date.now(); execution.status === 'RUNNING'; execution = await describe()) {
    if (Date.now() - since > patienceMilliseconds) throw new Error(`${key} never ended`)
    await pause(100)
  }
  const history = new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 })
  const { events = [] } = await again(keeper, () => context.sfn.send(history))
  return {
    name: key,
    status: execution.status ?? '',
    output: execution.output ?? '',
    cause: `${execution.error ?? ''} ${execution.cause ?? ''}`.trim(),
    events: events.map(({ type }) => type ?? ''),
  }
}

/** Approval is an event: production has changed when the ledger says so. */
async function approve(keeper: Keeper, version: string): Promise<void> {
  const { approveModel } = await import('../../../functions/registry/model-store.ts')
  const { readLedger } = await import('../../../functions/deployment/ledger-store.ts')
  await again(keeper, () => approveModel({ project, version, decision: 'Approved', reason: 'rehearsal' }))
  for (const since = Date.now(); ; await pause(100)) {
    const [newest] = await again(keeper, () => readLedger(project))
    if (newest?.version === version) return
    if (Date.now() - since > patienceMilliseconds)
      throw new Error('the approved version never came into production')
  }
}

/** Asks again as long as kills are why nothing was answered; any other refusal is thrown. */
async function again<Answer>(keeper: Keeper, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const before = keeper.kills
    await keeper.answers()
    try {
      return await ask()
    } catch (error) {
      if (keeper.kills === before) throw error
    }
  }
}
