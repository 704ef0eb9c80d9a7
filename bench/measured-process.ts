/** One piece of work per process, so that time, processor and memory of all sides are measured alike. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as z from 'zod'

const measuredSchema = z.object({
  /** Of the work alone: starting and importing are left out on every side. */
  seconds: z.number(),
  /** Of all threads. Where others use the machine too, this tells more than the clock. */
  cpuSeconds: z.number(),
  /** The most resident memory of the process, from start to end. */
  peakMegabytes: z.number(),
  versions: z.string().optional(),
  /** What the work found, where that is worth telling. */
  found: z.string().optional(),
})
export type Measured = z.infer<typeof measuredSchema>

/** @throws Error when the process fails; its message holds what it said. */
export async function measureProcess(program: string, parameters: readonly string[]): Promise<Measured> {
  const { stdout } = await promisify(execFile)(program, parameters, { maxBuffer: 1 << 26 })
  const last = stdout.trim().split('\n').at(-1)
  return measuredSchema.parse(JSON.parse(last ?? ''))
}

/** Turn by turn, so that what else the machine does meets all sides alike. @returns the medians, by side. */
export async function measureInTurn<Side extends string>(
  sides: Readonly<Record<Side, () => Promise<Measured>>>,
  repetitions: number,
): Promise<Record<Side, Measured>> {
  const names = Object.keys(sides).filter((name): name is Side => name in sides)
  const taken = new Map<Side, Measured[]>()
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const name of names) {
      process.stderr.write(`  ${name}\n`)
      taken.set(name, [...(taken.get(name) ?? []), await sides[name]()])
    }
  const result: Partial<Record<Side, Measured>> = {}
  for (const [name, all] of taken) result[name] = medianOf(all)
  return z.custom<Record<Side, Measured>>(() => names.every((name) => name in result)).parse(result)
}

function medianOf(all: readonly Measured[]): Measured {
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
  return {
    ...all[0],
    seconds: middle(all.map(({ seconds }) => seconds)),
    cpuSeconds: middle(all.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: middle(all.map(({ peakMegabytes }) => peakMegabytes)),
  }
}
