/** What updates a stack: the local cloud's own deploy, or the real Pulumi CLI. */

import type { PlannedStep } from '../../local/deploy/losses.ts'
import type { Drift } from '../../local/deploy/refresh.ts'

export interface Update {
  readonly steps: readonly PlannedStep[]
  readonly drift: readonly Drift[]
}

/** A resource of a stack, as its state has it. */
export interface Held {
  readonly urn: string
  readonly type: string
  /** Logical name. */
  readonly name: string
  /** It leaves the stack only when that is asked for. */
  readonly protect: boolean
  /** It stays in the account when it leaves the stack. */
  readonly retainOnDelete: boolean
}

export interface Leave {
  /** Let go of what is protected, this once: what stays remains protected. @default false */
  readonly ignoreProtect?: boolean
}

export interface UpdateOptions extends Leave {
  /** Logical name to id of what is there already and becomes the stack's. */
  readonly adopt?: Readonly<Record<string, string>>
}

export interface Engine {
  /**
   * Looks how the resources stand, and says what an update would do; changes nothing.
   * @throws Error when it would lose what cannot be made again, or let go of what is protected
   */
  preview(programDir: string, leave?: Leave): Promise<Update>
  /** Looks how the resources stand, then updates. */
  up(programDir: string, options?: UpdateOptions): Promise<Update>
  /** What the stack holds. */
  holds(programDir: string): Promise<readonly Held[]>
  destroy(programDir: string, leave?: Leave): Promise<Update>
}
