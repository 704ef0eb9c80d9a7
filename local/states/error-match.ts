/** Which errors an `ErrorEquals` covers, in `Retry` and `Catch` alike. */

export interface Failure {
  readonly error: string | undefined
  /** False: the wildcards leave it alone. */
  readonly wild?: boolean
}

/**
 * `States.ALL` covers neither a state's own States.DataLimitExceeded nor States.Runtime; `States.TaskFailed` covers what
 * States.ALL covers except a timeout; States.Timeout covers a missed heartbeat too. Nothing covers States.Runtime.
 * The result of a task that is too large is a failure of the task, which AWS does hand to States.ALL.
 */
export function covers(errorEquals: readonly string[], { error, wild = true }: Failure): boolean {
  if (error === 'States.Runtime') return false
  const timeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  return errorEquals.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && wild) ||
      (name === 'States.TaskFailed' && wild && !timeout) ||
      (name === 'States.Timeout' && timeout),
  )
}
