/** Whether a challenger is trained: one at a time, not again within the cool-down, and only on data of the new world. */

import { isViolated } from './advance.ts'
import type { MonitorState } from './monitor-state.ts'
import type { MonitoringRule } from './monitoring-rule.ts'
import { signals } from './window.ts'

const hour = 3_600_000

/** A dataset version that might be trained on. */
export interface Candidate {
  readonly name: string
  readonly version: string
  readonly uri: string
  readonly rows: number
  /** ISO 8601. */
  readonly createdAt: string
}

export interface RetrainingRequest {
  readonly at: string
  /** Versions of the dataset that the version in production was trained on; that one itself is none. */
  readonly candidates: readonly Candidate[]
}

export interface Decided {
  readonly state: MonitorState
  /** Why a challenger is trained, or why not. */
  readonly reason: string
}

export function decideRetraining(
  state: MonitorState,
  { at, candidates }: RetrainingRequest,
  rule: MonitoringRule,
): Decided {
  const { episode, retraining, lastRetraining } = state
  const no = (reason: string): Decided => ({ state, reason })
  if (retraining !== null) return no(`retraining ${retraining.key} is under way`)
  if (episode === null) return no('no episode is open')
  if (!signals.some((signal) => isViolated(state[signal], rule)))
    return no('the version in production is not beyond its limits itself')
  if (!rule.retrain) return no('the project retrains by hand')
  if (lastRetraining !== null) {
    const until = Date.parse(lastRetraining.askedAt) + rule.coolDownHours * hour
    if (Date.parse(at) < until) return no(`in the cool-down until ${new Date(until).toISOString()}`)
  }
  const fresh = candidates
    .filter(({ createdAt }) => createdAt >= episode.openedAt)
    .filter(({ version }) => version !== lastRetraining?.dataset.version)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const found = fresh.find(({ rows }) => rows >= rule.minimumRows)
  if (found === undefined) {
    const most = fresh.reduce((rows, candidate) => Math.max(rows, candidate.rows), 0)
    return no(`waits for labelled data of after ${episode.openedAt}: ${most} of ${rule.minimumRows} rows`)
  }
  const { name, version, uri, rows } = found
  const retrainings = state.retrainings + 1
  const claimed = {
    key: `${episode.id}-retraining-${retrainings}`,
    episode: episode.id,
    askedAt: at,
    leaseUntil: new Date(Date.parse(at) + rule.leaseHours * hour).toISOString(),
    dataset: { name, version, uri },
  }
  return {
    state: { ...state, retrainings, retraining: claimed, lastRetraining: claimed },
    reason: `${rows} labelled rows of ${name}@${version}`,
  }
}

/** Gives the place of a retraining back when it is over, or lost. */
export function releaseRetraining(state: MonitorState, isOver: boolean): MonitorState {
  return isOver && state.retraining !== null ? { ...state, retraining: null } : state
}

export function noteRetraining(state: MonitorState, key: string, runId: string): MonitorState {
  const { retraining } = state
  if (retraining?.key !== key || retraining.runId === runId) return state
  const noted = { ...retraining, runId }
  return { ...state, retraining: noted, lastRetraining: noted }
}
