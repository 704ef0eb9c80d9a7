/** The end of an execution whose journal could not be written: a full disk, a file that is gone. */
import { type End, finish } from './execute.ts'
import { History } from './history.ts'
import { FileJournal } from './journal.ts'
import { recoverExecution } from './recover-execution.ts'
import { Run, type RunServices } from './run.ts'

export function journalFailure(error: unknown, now: Date): End {
  const what = error instanceof Error ? error.message : String(error)
  return {
    status: 'FAILED',
    stopDate: now.toISOString(),
    error: 'States.Runtime',
    cause: `The journal of the execution could not be written: ${what}. Free the disk, then redrive the execution.`,
  }
}

/** Begins to write a journal; one that cannot be written is closed. */
export async function closingOnFailure(journal: FileJournal, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    await journal.close()
    throw error
  }
}

/** Cuts off what was half written and records the failure after it. @throws when that cannot be written either */
export async function recordFailure(services: RunServices, path: string, failure: End): Promise<void> {
  const found = await recoverExecution(path)
  if (found === undefined) return
  const journal = await FileJournal.open(path)
  try {
    const { stopDate: _, ...end } = failure
    await finish(new Run(services, found.info, new History(found.lastEvent), journal), end, found.lastEvent)
  } finally {
    await journal.close()
  }
}
