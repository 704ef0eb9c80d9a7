/** Whether an execution can be redriven, in AWS's words (DescribeExecution, `redriveStatusReason`). */
import { historyLimit } from './history.ts'
import type { JournalEnds } from './journal-ends.ts'

const redrivableDays = 14
const millisPerDay = 86_400_000

export interface Redrivability {
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN'
  /** Present when it cannot be redriven. */
  readonly redriveStatusReason?: string
}

export function redrivability({ end }: Pick<JournalEnds, 'end'>, now: Date): Redrivability {
  const not = (redriveStatusReason: string) => ({
    redriveStatus: 'NOT_REDRIVABLE' as const,
    redriveStatusReason,
  })
  if (end === undefined) return not('Execution is RUNNING and cannot be redriven')
  if (end.status === 'SUCCEEDED') return not('Execution is SUCCEEDED and cannot be redriven')
  // One number is for ExecutionRedriven, the last for the end.
  if ((end.events.at(-1)?.id ?? 0) >= historyLimit - 1) return not('Execution history event limit exceeded')
  if (now.getTime() - Date.parse(end.stopDate) > redrivableDays * millisPerDay)
    return not('Execution redrivable period exceeded')
  return { redriveStatus: 'REDRIVABLE' }
}

/** A child of a Map run is redriven with the execution that holds the Map. */
export function childRedrivability({ end }: Pick<JournalEnds, 'end'>, now: Date): Redrivability {
  const own = redrivability({ end }, now)
  return own.redriveStatus === 'REDRIVABLE' ? { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' } : own
}
