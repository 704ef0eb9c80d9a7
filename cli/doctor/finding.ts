/** What one check of the doctor found, and what a check is. */
import type { Subject } from './subject.ts'

export type Status = 'ok' | 'warning' | 'failed' | 'unknown'

export interface Finding {
  readonly check: string
  readonly status: Status
  readonly got: string
  readonly expected: string
  /** What to do about it; empty when nothing is to be done. */
  readonly do: string
}

export interface Verdict {
  readonly status: Status
  readonly got: string
  readonly do?: string
}

export interface Check {
  readonly check: string
  readonly expected: string
  /** The IAM permission of its calls; absent: it asks AWS nothing. */
  readonly needs?: string
  /** Whatever it throws makes the finding `unknown`. */
  readonly examine: (subject: Subject) => Verdict | Promise<Verdict>
}
