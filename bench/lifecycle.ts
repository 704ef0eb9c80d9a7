/**
 * The life of models: the registry with a thousand versions, a hundred registrations at once, ten trainings at once.
 * Cloud, doors and machines share one process here, so a call's time holds the server's share too.
 */
import { execFile } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseProject } from '../functions/project.ts'
import type { Registration } from '../functions/registry/model.ts'
import { lambdaContext } from '../local/rig/platform.ts'
import { type Rig, startRig } from '../local/rig/rig.ts'
import { generate } from '../projects/adherence/generate.ts'
import { project as adherence } from '../projects/adherence/project.ts'

const versions = 1_000
const calls = 300
const atOnce = 10

export async function measure(): Promise<object> {
  const rig = await startRig()
  try {
    await rig.platform.group(adherence.id)
    process.stderr.write('  trainings\n')
    const trainings = await measureTrainings(rig)
    process.stderr.write('  registrations\n')
    const registrations = await measureRegistrations(rig)
    process.stderr.write('  registry\n')
    const registry = await measureRegistry(rig)
    process.stderr.write('  simulated year\n')
    const simulation = await measureSimulation(52)
    // Where others use the machine too, the processor's time tells more than the clock.
    return { loadAverage: loadavg()[0], trainings, registrations, registry, simulation }
  } finally {
    await rig.stop()
  }
}

/** Daily batches with a drift in the middle, by the command, in a process of its own as it runs for a user. */
export async function measureSimulation(weeks: number): Promise<object> {
  const command = fileURLToPath(new URL('../cli/bin.mjs', import.meta.url))
  const driftAt = String(Math.ceil(weeks / 2))
  const begun = performance.now()
  await promisify(execFile)(
    process.execPath,
    [
      command,
      'simulate',
      '--weeks',
      String(weeks),
      '--drift-at',
      driftAt,
      '--daily',
      '--seed',
      '3',
      '--json',
    ],
    { maxBuffer: 1 << 26, env: { ...process.env, AWS_ENDPOINT_URL: undefined } },
  )
  return { weeks, batches: weeks * 7, seconds: (performance.now() - begun) / 1_000, secondsAtMost: 300 }
}

/** The same ten, one by one and then together; each has a split and settings of its own. */
async function measureTrainings(rig: Rig): Promise<object> {
  const table = await rig.put(
    'adherence/datasets/table/v1/data/a.csv',
    [...generate({ seed: 1, encounters: 3_000 })].join(''),
  )
  const train = async (seed: number) => {
    const project = parseProject({
      ...adherence,
      gates: [],
      split: { ...adherence.split, seed },
      hyperparameters: { ...adherence.hyperparameters, num_round: 40, max_depth: 3 + (seed % 3) },
    })
    const ended = await rig.train(project, await rig.use(project), table)
    if (ended.status !== 'SUCCEEDED') throw new Error(`training ${seed}: ${ended.error}: ${ended.cause}`)
  }
  // Modules are loaded and compiled by the first.
  await train(0)
  const seeds = Array.from({ length: atOnce }, (_, at) => at + 1)
  const alone = await timed(async () => {
    for (const seed of seeds) await train(seed)
  })
  const together = await timed(() => Promise.all(seeds.map(train)))
  return {
    count: atOnce,
    sumOfSingleSeconds: alone.seconds,
    togetherSeconds: together.seconds,
    ratio: together.seconds / alone.seconds,
    cpuRatio: together.cpuSeconds / alone.cpuSeconds,
    ratioAtMost: 1.2,
  }
}

async function measureRegistrations(rig: Rig): Promise<object> {
  const { handler } = await import('../functions/registry/register.handler.ts')
  await rig.platform.group('crowd')
  const { seconds } = await timed(async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => handler(registration('crowd', at), lambdaContext)),
    )
    const unique = new Set(answers.map(({ modelVersion }) => modelVersion)).size
    if (unique !== 100) throw new Error(`100 registrations made ${unique} versions`)
  })
  return { count: 100, seconds, secondsAtMost: 10 }
}

async function measureRegistry(rig: Rig): Promise<object> {
  const { handler } = await import('../functions/registry/register.handler.ts')
  const { getModel, listModels, listModelSummaries } = await import('../functions/registry/model-store.ts')
  const { asRun } = await import('../cli/commands/models-compare.ts')
  const { compareRuns } = await import('../functions/experiments/compare-runs.ts')
  await rig.platform.group('library')
  for (let at = 0; at < versions; at += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, next) => handler(registration('library', at + next), lambdaContext)),
    )
  const known = (await listModels('library')).length
  if (known !== versions) throw new Error(`the registry lists ${known} of ${versions} versions`)
  const version = (call: number) => String(1 + ((call * 617) % versions))
  return {
    versions,
    calls,
    p99MillisecondsAtMost: 50,
    lookup: await latencies((call) => getModel('library', version(call))),
    /** What `regimen models list` does where no other limit is given. */
    listNewest50: await latencies(() => listModelSummaries('library', 50)),
    listAll: await latencies(() => listModelSummaries('library')),
    compareTwo: await latencies(async (call) => {
      const two = await Promise.all([version(call), version(call + 1)].map((one) => getModel('library', one)))
      return compareRuns(two.map(asRun))
    }),
  }
}

function registration(project: string, at: number): Registration {
  const runId = String(at).padStart(16, '0')
  const runUri = `s3://regimen-dev-000000000000-us-east-1/${project}/runs/${runId}`
  return {
    contract: 1,
    ...{ project, runId, runUri },
    projectUri: `s3://regimen-dev-000000000000-us-east-1/${project}/project.json`,
    modelUri: `${runUri}/model/job/output/model.tar.gz`,
    encoderUri: `${runUri}/encoder.json`,
    baselineUri: `${runUri}/baseline.json`,
    decisionUri: `${runUri}/decision.json`,
    evaluationUri: `${runUri}/evaluation.json`,
    datasetName: 'table',
    datasetVersion: '1',
    algorithm: 'xgboost',
    engine: 'sagemaker-xgboost:3.0-5',
    imageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    hyperparameters: { eta: String(at / versions), max_depth: String(2 + (at % 8)) },
    metrics: { rocAuc: 0.6 + at / 10_000, brier: 0.09 },
    requestedBy: 'arn:aws:iam::000000000000:user/ada',
  }
}

async function timed(work: () => Promise<unknown>): Promise<{ seconds: number; cpuSeconds: number }> {
  const [begun, used] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(used)
  return { seconds: (performance.now() - begun) / 1_000, cpuSeconds: (user + system) / 1e6 }
}

/** One call after the other, in milliseconds; what the first ones load is not counted. */
async function latencies(call: (at: number) => Promise<unknown>): Promise<object> {
  for (let at = 0; at < 20; at += 1) await call(at)
  const taken: number[] = []
  const used = process.cpuUsage()
  for (let at = 0; at < calls; at += 1) {
    const begun = performance.now()
    await call(at)
    taken.push(performance.now() - begun)
  }
  const { user, system } = process.cpuUsage(used)
  taken.sort((a, b) => a - b)
  const quantile = (share: number) => taken[Math.ceil(share * taken.length) - 1]
  return {
    p50Milliseconds: quantile(0.5),
    p99Milliseconds: quantile(0.99),
    cpuMillisecondsPerCall: (user + system) / 1_000 / calls,
  }
}
