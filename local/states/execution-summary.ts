/** What is kept in memory of every execution. */
import type { Status } from './execute.ts'
import type { JournalEnds } from './journal-ends.ts'

export interface ExecutionSummary {
  readonly arn: string
  readonly name: string
  readonly machineArn: string
  readonly status: Status
  readonly startDate: string
  readonly stopDate?: string
}

export function summarise({ start, end }: JournalEnds): ExecutionSummary {
  const { arn, name, machineArn, startTime } = start.execution
  const summary = {
    arn: String(arn),
    name: String(name),
    machineArn: String(machineArn),
    startDate: String(startTime),
  }
  return end === undefined
    ? { ...summary, status: 'RUNNING' }
    : { ...summary, status: end.status as Status, stopDate: end.stopDate }
}
