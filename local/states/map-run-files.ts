/** Map runs on disk: the children's records in one file per Map run, and a summary once it has ended. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { replaceFile } from '../durable-collection.ts'
import { FileJournal, readLines } from './journal.ts'
import {
  type ChildRecord,
  type ItemCounts,
  type MapRunInfo,
  type MapRunLog,
  type MapRunStore,
  noItems,
} from './map-run.ts'

const summarySchema = z.object({
  arn: z.string(),
  executionArn: z.string(),
  machineArn: z.string(),
  startDate: z.string(),
  stopDate: z.string().optional(),
  status: z.string(),
  maxConcurrency: z.number(),
  toleratedFailureCount: z.number(),
  toleratedFailurePercentage: z.number(),
  redriveCount: z.number().default(0),
  redriveDate: z.string().optional(),
  counts: z.object({
    total: z.number(),
    pending: z.number(),
    running: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    timedOut: z.number(),
    aborted: z.number(),
    resultsWritten: z.number(),
  }),
})
export type MapRunSummary = z.output<typeof summarySchema>

export class MapRunFiles implements MapRunStore {
  /** Directory of an execution's Map runs. */
  readonly #folder: (executionArn: string) => string
  /** Map runs of this process, with their counts as they change. */
  readonly #live = new Map<string, MapRunSummary>()

  constructor(folder: (executionArn: string) => string) {
    this.#folder = folder
  }

  async open(info: MapRunInfo): Promise<MapRunLog> {
    const path = this.#path(info.executionArn, info.arn)
    const journal = await FileJournal.open(path)
    const summaryPath = path.replace(/\.jsonl$/, '.json')
    const keep = (summary: MapRunSummary) => {
      this.#live.set(info.arn, summary)
      replaceFile(summaryPath, JSON.stringify(summary))
    }
    if (!this.#live.has(info.arn)) keep({ ...info, status: 'RUNNING', counts: noItems(0) })
    return {
      append: (child, record, lazy) => journal.append({ child, record }, lazy),
      read: () => readLines<ChildRecord>(path),
      update: (status: string, counts: ItemCounts, stopDate?: string) => {
        const summary: MapRunSummary = {
          ...info,
          status,
          counts: { ...counts },
          ...(stopDate === undefined ? {} : { stopDate }),
        }
        if (status === 'RUNNING') this.#live.set(info.arn, summary)
        else {
          keep(summary)
          this.#live.delete(info.arn)
        }
      },
      close: () => journal.close(),
    }
  }

  #path(executionArn: string, mapRunArn: string): string {
    return join(this.#folder(executionArn), `${mapRunArn.split(':').at(-1)}.jsonl`)
  }

  /** Everything recorded of the children of a Map run. */
  records(executionArn: string, mapRunArn: string): AsyncIterable<ChildRecord> {
    return readLines<ChildRecord>(this.#path(executionArn, mapRunArn))
  }

  /** The Map runs of an execution, oldest first. */
  async list(executionArn: string): Promise<MapRunSummary[]> {
    const folder = this.#folder(executionArn)
    if (!existsSync(folder)) return []
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
    const summaries = await Promise.all(
      names.map(async (name) => summarySchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))),
    )
    return summaries
      .map((summary) => this.#live.get(summary.arn) ?? summary)
      .sort((a, b) => a.startDate.localeCompare(b.startDate))
  }
}
