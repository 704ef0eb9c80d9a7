/** Bench `data`: profiles, drift and scoring beside the field's references and DuckDB itself, in one run. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { version } from '@duckdb/node-api'
import { type PythonEnvironment, pythonIn } from '../test/parity/python-environment.ts'
import { type BatchRun, runBatch, trainModel } from './batch-runs.ts'
import { bringUp } from './cloud-under-test.ts'
import { madeTables, makeTable, shiftDiabetes } from './made-table.ts'
import { type Measured, measureInTurn, measureProcess } from './measured-process.ts'

const repetitions = Number(process.env.BENCH_REPETITIONS ?? '3')
/** Encounters of the batch that is scored: enough that starting the functions does not matter. */
const batchMegabytes = 74
/** What the large table is held against. */
const smallMegabytes = 200
const root = fileURLToPath(new URL('..', import.meta.url))
const diabetes = join(root, '../shared/data/diabetic_data.csv.gz')
const say = (line: string) => process.stderr.write(`${line}\n`)

/** Figures as they come: the rest of the run takes minutes. */
const tell = (figures: object) => say(JSON.stringify(figures))

/** How often the other side's figure is ours: above 1, we take less. */
interface Ratios {
  readonly speed: number
  readonly cpu: number
  readonly memory: number
}
const ratios = (ours: Measured, theirs: Measured): Ratios => ({
  speed: theirs.seconds / ours.seconds,
  cpu: theirs.cpuSeconds / ours.cpuSeconds,
  memory: theirs.peakMegabytes / ours.peakMegabytes,
})

export async function measure({ gigabytes }: { gigabytes: number }) {
  // As the command does; Python keeps what it compiled of the references too.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/regimen/compiled')
  const directory = mkdtempSync(join(tmpdir(), 'regimen-bench-data-'))
  const loadBefore = loadavg()[0]
  try {
    const drift = existsSync(diabetes)
      ? await measureDrift(directory)
      : { skipped: 'no ../shared/data/diabetic_data.csv.gz' }
    tell({ drift })
    const csv = {
      mixed: await measureProfile('mixed', directory),
      numeric: await measureProfile('numeric', directory),
    }
    tell({ csv })
    const batches = await measureBatches(gigabytes)
    const machine = {
      cores: availableParallelism(),
      /** Above the cores, others worked too: then the processor's seconds tell more than the clock's. */
      load: `${loadBefore?.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`,
      node: process.version,
      duckdb: version(),
      duckdbThreads: process.env.DUCKDB_THREADS ?? '1',
    }
    return { machine, drift, csv, ...batches }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const side = (...parameters: string[]) =>
  measureProcess(process.execPath, [join(root, 'bench/data-side.ts'), ...parameters])

async function measureDrift(directory: string) {
  const [before, now] = [join(directory, 'before.csv'), join(directory, 'now.csv')]
  writeFileSync(before, gunzipSync(readFileSync(diabetes)))
  await shiftDiabetes(before, now)
  const reference = (environment: PythonEnvironment, work: string) => () =>
    measureProcess(pythonIn(environment), [join(root, 'bench/data.py'), work, before, now])
  const { ours, withJointDrift, floor, evidently, whylogs, ydata, pandas } = await measureInTurn(
    {
      ours: () => side('drift', before, now),
      withJointDrift: () => side('jointDrift', before, now),
      floor: () => side('floor'),
      evidently: reference('evidently', 'evidently'),
      whylogs: reference('whylogs', 'whylogs'),
      ydata: reference('ydata-profiling', 'ydata'),
      pandas: reference('evidently', 'pandas_scipy'),
    },
    repetitions,
  )
  return {
    ours,
    withJointDrift,
    floor,
    evidently: { ...evidently, ...ratios(ours, evidently), target: 'speed at least 10, memory at least 2' },
    whylogs: { ...whylogs, ...ratios(ours, whylogs), target: 'speed at least 3, memory at least 2' },
    ydataMinimal: { ...ydata, ...ratios(ours, ydata) },
    pandasAndScipy: { ...pandas, ...ratios(ours, pandas) },
  }
}

async function measureProfile(name: keyof typeof madeTables, directory: string) {
  say(`  a table of ${madeTables[name].columns} columns`)
  const file = join(directory, `${name}.csv`)
  await makeTable(name, file)
  const { ours, summarize, scan } = await measureInTurn(
    {
      ours: () => side('profile', file),
      summarize: () => side('summarize', file),
      scan: () => side('scan', file),
    },
    repetitions,
  )
  rmSync(file)
  const timesScan = { clock: ours.seconds / scan.seconds, cpu: ours.cpuSeconds / scan.cpuSeconds }
  return {
    ours,
    summarize: { ...summarize, ...ratios(ours, summarize), target: 'speed at least 1' },
    scan: { ...scan, timesScan, target: 'at most 4 times' },
  }
}

async function measureBatches(gigabytes: number) {
  say('  a local cloud, and a model in production')
  const cloud = await bringUp()
  try {
    await trainModel(cloud)
    say('  a batch through the inference state machine, without explanations and with them')
    const unexplained = await runBatch(cloud, batchMegabytes, ['--no-explain'])
    const explained = await runBatch(cloud, batchMegabytes)
    return {
      unexplained: { ...unexplained, target: 'at least 1,000,000 predictions a minute' },
      explained: { ...explained, target: 'at least 100,000 predictions a minute' },
      ...(gigabytes === 0 ? {} : { scale: await measureScale(cloud, gigabytes) }),
    }
  } finally {
    cloud.stop()
  }
}

async function measureScale(cloud: Awaited<ReturnType<typeof bringUp>>, gigabytes: number) {
  say(`  ${smallMegabytes} MB, then ${gigabytes} GB`)
  const small: BatchRun = await runBatch(cloud, smallMegabytes)
  const large: BatchRun = await runBatch(cloud, 1_000 * gigabytes)
  return {
    small,
    large,
    throughputRatio: large.megabytesPerSecond / small.megabytesPerSecond,
    target: 'throughput ratio at least 0.8, peak below 2,000 MB',
  }
}
