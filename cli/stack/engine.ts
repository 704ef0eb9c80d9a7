/** What updates a stack: the local cloud's own deploy, or the real Pulumi CLI. */
import type { Drift } from '../../local/deploy/refresh.ts'
import type { PlannedStep } from '../../local/deploy/stateful-types.ts'

export interface Update {
  readonly steps: readonly PlannedStep[]
  readonly drift: readonly Drift[]
}

export interface Engine {
  /** Looks how the resources stand, and says what an update would do; changes nothing. */
  preview(programDir: string): Promise<Update>
  /** Looks how the resources stand, then updates. */
  up(programDir: string, adopt?: Readonly<Record<string, string>>): Promise<Update>
  /** Logical names of the resources that the stack holds. */
  holds(programDir: string): Promise<ReadonlySet<string>>
  destroy(programDir: string): Promise<Update>
}
