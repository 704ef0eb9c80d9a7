/** One thing that was held against a limit before a version may take (more) traffic. */
export interface Check {
  readonly name: string
  readonly passed: boolean
  /** Null where it could not be measured. */
  readonly value: number | null
  readonly limit: number
  /** In words: what was measured on what, or why it was not. */
  readonly reason: string
  /** On rows whose outcomes are known and new. */
  readonly surelyBetter?: boolean
}

/** What cannot be measured passes, and says so. */
export const unmeasured = (name: string, limit: number, reason: string): Check => ({
  name,
  passed: true,
  value: null,
  limit,
  reason: `not measured: ${reason}`,
})
