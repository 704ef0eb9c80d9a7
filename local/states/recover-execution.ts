/** Reads from a journal what it takes to go on with an execution. */
import { type Redrive, readJournal } from './journal.ts'
import { readEnds, redriveOf } from './journal-ends.ts'
import { RecoveredScope } from './recovery.ts'
import type { ExecutionInfo } from './run.ts'

export interface RecoveredExecution {
  readonly info: ExecutionInfo
  /** JSON text. */
  readonly definition: string
  readonly root: RecoveredScope
  /** Number of the last event. */
  readonly lastEvent: number
}

/** `undefined` when the execution was never acknowledged. */
export async function recoverExecution(path: string): Promise<RecoveredExecution | undefined> {
  const ends = await readEnds(path)
  if (ends === undefined) return undefined
  const root = new RecoveredScope()
  let lastEvent = 0
  let redrive: Redrive | undefined
  for await (const record of readJournal(path)) {
    lastEvent = record.events.at(-1)?.id ?? lastEvent
    if (record.kind === 'note' || record.kind === 'exit') root.apply(record.at.split('/'), record)
    if (record.kind !== 'redriven') continue
    root.redrive()
    redrive = redriveOf(record)
  }
  const { definition, ...execution } = ends.start.execution
  const info = { ...(execution as unknown as ExecutionInfo), ...(redrive === undefined ? {} : { redrive }) }
  return { info, definition: String(definition), root, lastEvent }
}
