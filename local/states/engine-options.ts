/** What the engine is given by whoever runs it. */
import type { ExecutionSummary } from './execution-summary.ts'
import type { JournalEnds } from './journal-ends.ts'
import type { RunServices } from './run.ts'

export interface EngineOptions {
  /** Where the journals lie. */
  readonly directory: string
  readonly region: string
  readonly call: RunServices['call']
  /** Told of every change of an execution's status, at least once. */
  readonly changed?: (execution: ExecutionSummary, ends: JournalEnds) => void
  readonly log?: (line: string) => void
  readonly now?: () => Date
  /** Between two looks at a `.sync` job. @default 500 */
  readonly pollMilliseconds?: number
  /** Signs task tokens; give the same one after a restart. */
  readonly tokenSecret?: Buffer
}
