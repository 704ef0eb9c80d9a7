/** Batches through the inference state machine of a local cloud, from the command to its answer. */
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as z from 'zod'
import { generate } from '../projects/adherence/generate.ts'
import type { CloudUnderTest } from './cloud-under-test.ts'

const command = fileURLToPath(new URL('../cli/bin.mjs', import.meta.url))
/** Of a generated table. */
const bytesPerRow = 184

const answerSchema = z.object({
  rows: z.number(),
  predictionCount: z.number(),
  seconds: z.number(),
  states: z.array(z.object({ name: z.string(), seconds: z.number() })),
})

export interface BatchRun {
  readonly megabytes: number
  readonly rows: number
  readonly predictions: number
  /** Of the execution, its first state to its last. */
  readonly seconds: number
  readonly predictionsPerMinute: number
  readonly megabytesPerSecond: number
  /** Of the processor, by the cloud and its functions: others on the machine change the clock, and this less. */
  readonly cpuSeconds: number
  /** The most that the cloud and its functions held together. */
  readonly peakMegabytes: number
  readonly states: Readonly<Record<string, number>>
}

/** Trains the model that the batches are scored with. */
export async function trainModel(cloud: CloudUnderTest): Promise<void> {
  await regimen(cloud, ['demo', '--rows', '20000', '--batch', 'steady'])
}

/** @param parameters of `regimen infer` beside the input and `--wait` */
export async function runBatch(
  cloud: CloudUnderTest,
  megabytes: number,
  parameters: readonly string[] = [],
): Promise<BatchRun> {
  const file = join(cloud.directory, 'batch.csv')
  await writeRows(file, Math.round((megabytes * 1e6) / bytesPerRow))
  const { size } = await stat(file)
  const before = cloud.usage().seconds
  const used = new Map<number, number>()
  let peakMegabytes = 0
  const look = () => {
    const { residentMegabytes, seconds } = cloud.usage()
    peakMegabytes = Math.max(peakMegabytes, residentMegabytes)
    for (const [id, each] of seconds) used.set(id, each - (before.get(id) ?? 0))
  }
  const sampling = setInterval(look, 500)
  try {
    const answer = answerSchema.parse(
      await regimen(cloud, ['infer', '--input', file, '--wait', ...parameters]),
    )
    look()
    return {
      megabytes: size / 1e6,
      rows: answer.rows,
      predictions: answer.predictionCount,
      seconds: answer.seconds,
      predictionsPerMinute: (60 * answer.predictionCount) / answer.seconds,
      megabytesPerSecond: size / 1e6 / answer.seconds,
      cpuSeconds: [...used.values()].reduce((sum, each) => sum + each, 0),
      peakMegabytes,
      states: Object.fromEntries(answer.states.map(({ name, seconds }) => [name, seconds])),
    }
  } finally {
    clearInterval(sampling)
    await rm(file, { force: true })
  }
}

async function regimen({ directory }: CloudUnderTest, parameters: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [command, ...parameters, '--json', '--dir', directory],
    { maxBuffer: 1 << 26 },
  )
  return JSON.parse(stdout)
}

async function writeRows(file: string, encounters: number): Promise<void> {
  await pipeline(Readable.from(chunks(encounters)), createWriteStream(file))
}

function* chunks(encounters: number): Generator<string> {
  let text = ''
  for (const line of generate({ seed: 2, encounters })) {
    text += line.endsWith('\n') ? line : `${line}\n`
    if (text.length < 1 << 20) continue
    yield text
    text = ''
  }
  yield text
}
