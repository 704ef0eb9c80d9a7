/** All metrics: series in memory, every datum in a file that is only ever appended to. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { replaceFile } from '../durable-collection.ts'
import { type MetricPoint, metricPointSchema } from './metric-point.ts'

export interface MetricName {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

interface Series extends MetricName {
  readonly points: MetricPoint[]
}

const line = z.object({
  namespace: z.string(),
  name: z.string(),
  dimensions: z.record(z.string(), z.string()),
  point: metricPointSchema,
})

/** CloudWatch keeps data of one-minute resolution for 15 days. */
const retentionMillis = 15 * 86_400_000

export class MetricStore {
  readonly #path: string
  readonly #series = new Map<string, Series>()

  constructor(directory: string, now: Date) {
    this.#path = join(directory, 'metrics.jsonl')
    this.#load(now.getTime() - retentionMillis)
  }

  append(data: readonly { metric: MetricName; point: MetricPoint }[]): void {
    const text = data.map(({ metric, point }) => serialise(metric, point)).join('')
    const file = openSync(this.#path, 'a', 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    for (const { metric, point } of data) this.#add(metric, point)
  }

  /** The points of one metric: its dimensions must be exactly these, as in CloudWatch. */
  points(metric: MetricName): readonly MetricPoint[] {
    return this.#series.get(seriesKey(metric))?.points ?? []
  }

  names(): MetricName[] {
    return [...this.#series.values()]
  }

  #add({ namespace, name, dimensions }: MetricName, point: MetricPoint): void {
    const key = seriesKey({ namespace, name, dimensions })
    const series = this.#series.get(key)
    if (series === undefined) this.#series.set(key, { namespace, name, dimensions, points: [point] })
    else series.points.push(point)
  }

  #load(oldest: number): void {
    if (!existsSync(this.#path)) return
    const content = readFileSync(this.#path, 'utf8')
    // What follows the last newline was torn by a crash, and was never acknowledged.
    const whole = content.slice(0, content.lastIndexOf('\n') + 1)
    let kept = ''
    for (const text of whole.split('\n')) {
      if (text === '') continue
      const { point, ...metric } = line.parse(JSON.parse(text))
      if (point.at < oldest) continue
      this.#add(metric, point)
      kept += serialise(metric, point)
    }
    if (kept !== content) replaceFile(this.#path, kept)
  }
}

const serialise = ({ namespace, name, dimensions }: MetricName, point: MetricPoint) =>
  `${JSON.stringify({ namespace, name, dimensions, point })}\n`

export const seriesKey = ({ namespace, name, dimensions }: MetricName) =>
  JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))])
