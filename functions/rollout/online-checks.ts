/** Errors and latency of two versions that answer single rows side by side, each for its own entities. */
import type { OnlineCounts } from '../scoring/online-counts.ts'
import { type Check, unmeasured } from './check.ts'

export interface OnlineEvidence {
  readonly champion: OnlineCounts
  readonly challenger: OnlineCounts
}

/** Share of its calls that a version may fail more than the one before. */
const mostFailing = 0.02
/** Fewer may be the bucket's or the table's. */
const leastFailures = 3
/** A version that takes so many times as long for a row as the one before would be felt. */
const mostSlowdown = 5
/** Of less, a version's first calls in a new process are too large a part: they also compile. */
const least = { milliseconds: 1_000, rows: 200 }

const nothingCounted = 'no single row was asked for since the version shares the traffic'

export function onlineErrors(online: OnlineEvidence | undefined): Check {
  const [name, limit] = ['online-errors', mostFailing]
  if (online === undefined || online.challenger.calls === 0) return unmeasured(name, limit, nothingCounted)
  const { champion, challenger } = online
  const value = share(challenger) - share(champion)
  return {
    name,
    passed: challenger.failures < leastFailures || value <= limit,
    value,
    limit,
    reason: `it could not answer ${challenger.failures} of ${challenger.calls} calls, the version before ${champion.failures} of ${champion.calls}; refused from ${leastFailures} failures`,
  }
}

export function onlineLatency(online: OnlineEvidence | undefined): Check {
  const [name, limit] = ['online-latency', mostSlowdown]
  if (online === undefined || online.challenger.rows === 0) return unmeasured(name, limit, nothingCounted)
  const { champion, challenger } = online
  if (Math.min(champion.rows, challenger.rows) < least.rows || challenger.milliseconds < least.milliseconds)
    return unmeasured(name, limit, 'too few rows, or no time that could be felt')
  // Under a millisecond for a hundred rows is the grain of the clock.
  const value = perRow(challenger) / Math.max(perRow(champion), 0.01)
  const reason = `its time for a row over the champion's, on ${challenger.rows} and ${champion.rows} rows that were asked for`
  return { name, passed: value <= limit, value, limit, reason }
}

const share = ({ failures, calls }: OnlineCounts) => (calls === 0 ? 0 : failures / calls)
const perRow = ({ milliseconds, rows }: OnlineCounts) => milliseconds / rows
