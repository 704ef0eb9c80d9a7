/** Map runs: where the children of a distributed Map keep their records, and what became of them. */
import type { JournalRecord } from './journal.ts'

export interface ItemCounts {
  total: number
  pending: number
  running: number
  succeeded: number
  failed: number
  timedOut: number
  aborted: number
  resultsWritten: number
}

export interface MapRunInfo {
  readonly arn: string
  readonly executionArn: string
  readonly machineArn: string
  readonly startDate: string
  readonly maxConcurrency: number
  readonly toleratedFailureCount: number
  readonly toleratedFailurePercentage: number
  readonly redriveCount: number
  /** ISO 8601, of the latest redrive. */
  readonly redriveDate?: string
}

/** A record of a child execution, in the file of its Map run. */
export interface ChildRecord {
  readonly child: number
  readonly record: JournalRecord
}

/** The children's records of one Map run. */
export interface MapRunLog {
  append(child: number, record: JournalRecord, lazy?: boolean): Promise<void>
  /** Everything that was appended, by this process and earlier ones, in order. */
  read(): AsyncIterable<ChildRecord>
  update(status: string, counts: ItemCounts, stopDate?: string): void
  close(): Promise<void>
}

export interface MapRunStore {
  open(info: MapRunInfo): Promise<MapRunLog>
}

export const noItems = (total: number): ItemCounts => ({
  total,
  pending: total,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  resultsWritten: 0,
})

/** Keeps the records of finished children in memory: for executions that do not outlive the process. */
export class MemoryMapRuns implements MapRunStore {
  async open(): Promise<MapRunLog> {
    const records: ChildRecord[] = []
    return {
      async append(child, record) {
        // Only what a result file shows is kept.
        if (record.kind === 'start' || record.kind === 'end') {
          records.push({ child, record: { ...record, events: [] } })
        }
      },
      async *read() {
        yield* records
      },
      update() {
        // Nobody can ask for the progress of an execution in memory.
      },
      async close() {
        records.length = 0
      },
    }
  }
}
