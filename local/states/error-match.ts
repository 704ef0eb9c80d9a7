/** Which errors an `ErrorEquals` covers, in `Retry` and `Catch` alike. */
import { dataLimitExceeded } from './failure.ts'

export interface Failure {
  readonly error: string | undefined
  readonly cause: string | undefined
}

/**
 * `States.ALL` covers neither States.DataLimitExceeded nor States.Runtime; `States.TaskFailed` covers what States.ALL
 * covers except a timeout; States.Timeout covers a missed heartbeat too. Nothing covers States.Runtime.
 */
export function covers(errorEquals: readonly string[], error: string | undefined): boolean {
  if (error === 'States.Runtime') return false
  const wild = error !== dataLimitExceeded
  const timeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  return errorEquals.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && wild) ||
      (name === 'States.TaskFailed' && wild && !timeout) ||
      (name === 'States.Timeout' && timeout),
  )
}
