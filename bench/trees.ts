/** Bench `trees`: scoring, explaining and training against the xgboost library with two threads, in the same run. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { explain } from '../functions/scoring/explain.ts'
import { predict } from '../functions/scoring/predict.ts'
import { readModel } from '../functions/scoring/read-model.ts'
import { scoringCrew } from '../functions/scoring/scoring-crew.ts'
import type { XgboostModel } from '../functions/scoring/xgboost-model.ts'
import { pythonIn } from '../test/parity/python-environment.ts'
import { type PythonPeer, pythonPeer } from './python-peer.ts'

const repetitions = 5
const threads = 2
const root = fileURLToPath(new URL('..', import.meta.url))

interface Comparison {
  /** Seconds, median of the repetitions. */
  readonly seconds: number
  readonly librarySeconds: number
  /** The library's time over ours: above 1, we are faster. */
  readonly speedRatio: number
}

export interface TreesFigures {
  readonly library: string
  readonly scoring: Comparison & { readonly rows: number; readonly worstDifference: number }
  readonly loadMilliseconds: number
  readonly loadBytes: number
  readonly explaining: Comparison & { readonly rows: number }
  readonly training: Comparison & {
    readonly rows: number
    readonly columns: number
    readonly table: 'diabetes' | 'made up'
    /** Ours over the library's. */
    readonly timeRatio: number
    readonly peakMegabytes: number
  }
  readonly onePrediction: { readonly p50Milliseconds: number; readonly p99Milliseconds: number }
}

export async function measure(): Promise<TreesFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-bench-'))
  const table = join(root, '../shared/data/diabetic_data.csv.gz')
  const isReal = existsSync(table)
  const script = join(root, 'bench/trees.py')
  const peer = pythonPeer(pythonIn('xgboost-3'), [script, directory, ...(isReal ? [table] : [])])
  try {
    say('  making rows and models with the library')
    const { rows, columns, explained, library } = await peer.ask('scoring')
    const matrix = sharedMatrix(join(directory, 'rows.f32'))
    const model = readModel(readFileSync(join(directory, 'model.ubj')))
    const expected = floats(join(directory, 'predictions.f32'))
    const crew = scoringCrew(model, threads)
    say('  scoring')
    const first = await crew.predict(matrix, Number(rows))
    const worstDifference = first.reduce((most, p, at) => Math.max(most, Math.abs(p - expected[at]!)), 0)
    const scoring = await compare(peer, 'predict', () => crew.predict(matrix, Number(rows)))
    say('  explaining')
    const some = matrix.subarray(0, Number(explained) * Number(columns))
    await crew.explain(some, Number(explained))
    const explaining = await compare(peer, 'explain', () => crew.explain(some, Number(explained)))
    await crew.close()
    const large = readFileSync(join(directory, 'large.ubj'))
    const loadMilliseconds = 1_000 * (await medianSeconds(async () => readModel(large)))
    const onePrediction = singlePredictions(model, matrix)
    say('  training')
    const trained = await peer.ask('table')
    const peaks: number[] = []
    const training = await compare(peer, 'train', async () => peaks.push(await train(directory)))
    return {
      library: `xgboost ${library}`,
      scoring: { ...scoring, rows: Number(rows), worstDifference },
      loadMilliseconds,
      loadBytes: large.length,
      explaining: { ...explaining, rows: Number(explained) },
      training: {
        ...training,
        rows: Number(trained.rows),
        columns: Number(trained.columns),
        table: isReal ? 'diabetes' : 'made up',
        timeRatio: 1 / training.speedRatio,
        peakMegabytes: Math.max(...peaks),
      },
      onePrediction,
    }
  } finally {
    peer.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

const say = (line: string) => process.stderr.write(`${line}\n`)

function floats(file: string): Float32Array {
  const bytes = readFileSync(file)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

function sharedMatrix(file: string): Float32Array {
  const source = floats(file)
  const matrix = new Float32Array(new SharedArrayBuffer(source.byteLength))
  matrix.set(source)
  return matrix
}

/** Turn by turn, so that what else the machine does meets both sides alike. */
async function compare(peer: PythonPeer, command: string, ours: () => Promise<unknown>): Promise<Comparison> {
  const mine: number[] = []
  const theirs: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    theirs.push(Number((await peer.ask(command)).seconds))
    mine.push(await secondsOf(ours))
  }
  const [seconds, librarySeconds] = [median(mine), median(theirs)]
  return { seconds, librarySeconds, speedRatio: librarySeconds / seconds }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

async function medianSeconds(work: () => Promise<unknown>): Promise<number> {
  const all: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition++) all.push(await secondsOf(work))
  return median(all)
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function singlePredictions(model: XgboostModel, matrix: Float32Array) {
  const times: number[] = []
  for (let row = 0; row < 2_500; row++) {
    const one = matrix.slice(row * model.features, (row + 1) * model.features)
    const started = performance.now()
    predict(model, one, 1)
    explain(model, one, 1)
    // The first ones warm up.
    if (row >= 500) times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  return { p50Milliseconds: times[times.length >> 1]!, p99Milliseconds: times[(times.length * 99) / 100]! }
}

/** The program of the training job, from the file to the archive. @returns the most memory it held, in megabytes. */
async function train(directory: string): Promise<number> {
  const hyperparameters = join(directory, 'hyperparameters.json')
  const settings = {
    objective: 'binary:logistic',
    num_round: '200',
    max_depth: '6',
    eta: '0.1',
    eval_metric: 'logloss',
  }
  writeFileSync(hyperparameters, JSON.stringify(settings))
  const channel = join(directory, 'channel')
  if (!existsSync(channel)) {
    mkdirSync(channel)
    renameSync(join(directory, 'train.csv'), join(channel, 'train.csv'))
  }
  const atExit = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(atExit)}`],
      ...[join(root, 'local/training/main.ts'), '--train', channel],
      ...['--hyperparameters', hyperparameters, '--model-dir', join(directory, 'model')],
    ],
    { maxBuffer: 1 << 26 },
  )
  return Number(/peak (\d+)/.exec(stderr)?.[1]) / 1_024
}
