/**
 * One look at the windows: an N-of-M rule with hysteresis. An episode opens when N of the last M windows of a signal are
 * violated and ends after R quiet ones in a row, so that a value around its limit gives one episode and not many.
 */

import type { Episode, MonitorState, Notice, SignalState } from './monitor-state.ts'
import type { MonitoringRule } from './monitoring-rule.ts'
import { byTime, type Signal, signals, type Window } from './window.ts'

/** Windows that are remembered: a batch that is scored again within so many counts once. */
const remembered = 30
const hour = 3_600_000

export interface Look {
  /** ISO 8601. */
  readonly at: string
  /** The version in production. */
  readonly modelVersion: string
  /** Of that version, in any order, as often as one likes. */
  readonly windows: readonly Window[]
}

export type Phase = 'quiet' | 'violated' | 'alerting' | 'recovering'

export function advance(before: MonitorState, look: Look, rule: MonitoringRule): MonitorState {
  let state = before.modelVersion === look.modelVersion ? before : withVersion(before, look.modelVersion)
  for (const window of look.windows.toSorted(byTime)) {
    const { recent } = state[window.signal]
    const last = recent.at(-1)
    const late = last !== undefined && byTime(window, last) <= 0
    if (late || recent.some(({ id }) => id === window.id)) continue
    const seen = { id: window.id, at: window.at, violated: window.violated }
    state = { ...state, [window.signal]: { recent: [...recent, seen].slice(-remembered) } }
    state = settle(state, window.signal, look, rule)
  }
  return escalate(state, look, rule)
}

/** Windows of another version say nothing of this one; an episode stays open until this one is quiet. */
const withVersion = (state: MonitorState, modelVersion: string): MonitorState => ({
  ...state,
  modelVersion,
  drift: { recent: [] },
  performance: { recent: [] },
})

function settle(state: MonitorState, signal: Signal, look: Look, rule: MonitoringRule): MonitorState {
  const { episode } = state
  if (isViolated(state[signal], rule)) {
    if (episode === null) return open(state, signal, beginning(state[signal]) ?? look.at, look)
    if (episode.causes.includes(signal)) return state
    return { ...state, episode: { ...episode, causes: [...episode.causes, signal] } }
  }
  return episode !== null && isOver(state, episode, rule) ? recover(state, episode, look) : state
}

/** N of the last M. */
export const isViolated = ({ recent }: SignalState, { violations, windows }: MonitoringRule): boolean =>
  recent.slice(-windows).filter(({ violated }) => violated).length >= violations

/** Of the violated windows in a row at the end: a lone one before them may be chance, and its rows of the world of before. */
const beginning = ({ recent }: SignalState): string | undefined =>
  recent[recent.findLastIndex(({ violated }) => !violated) + 1]?.at

/** A signal that caused the episode needs R quiet windows in a row, another one only must not be violated now. */
const isOver = (state: MonitorState, episode: Episode, rule: MonitoringRule): boolean =>
  signals.every((signal) =>
    episode.causes.includes(signal)
      ? quietAtEnd(state[signal]) >= rule.quiet
      : state[signal].recent.at(-1)?.violated !== true,
  )

const quietAtEnd = ({ recent }: SignalState): number =>
  recent.length - 1 - recent.findLastIndex(({ violated }) => violated)

function open(state: MonitorState, cause: Signal, since: string, look: Look): MonitorState {
  const episodes = state.episodes + 1
  const episode: Episode = {
    id: `${state.project}-${episodes}`,
    openedAt: look.at,
    since,
    causes: [cause],
    modelVersion: look.modelVersion,
  }
  const text = `${cause} of version ${look.modelVersion} is beyond its limit, the first time ${since}`
  return told({ ...state, episodes, episode }, episode, 'opened', look.at, text)
}

function recover(state: MonitorState, episode: Episode, look: Look): MonitorState {
  const text = `version ${look.modelVersion} is quiet again; the episode began ${episode.openedAt}`
  // What opened the last episode opens no other: the count begins anew, what was seen stays seen.
  const calm = ({ recent }: SignalState): SignalState => ({
    recent: recent.map((window) => ({ ...window, violated: false })),
  })
  const quiet = {
    ...state,
    drift: calm(state.drift),
    performance: calm(state.performance),
    episode: null,
  }
  return told(quiet, episode, 'recovered', look.at, text)
}

function escalate(state: MonitorState, { at }: Look, rule: MonitoringRule): MonitorState {
  const { episode } = state
  if (episode === null || episode.acknowledgedAt !== undefined || episode.escalatedAt !== undefined)
    return state
  if (Date.parse(at) - Date.parse(episode.openedAt) < rule.escalateAfterHours * hour) return state
  const text = `nobody acknowledged the episode within ${rule.escalateAfterHours} hours`
  return told({ ...state, episode: { ...episode, escalatedAt: at } }, episode, 'escalated', at, text)
}

const told = (
  state: MonitorState,
  { id }: Episode,
  kind: Notice['kind'],
  at: string,
  text: string,
): MonitorState => ({
  ...state,
  outbox: [...state.outbox, { id: `${id}-${kind}`, kind, at, text }],
})

/** `undefined` when there is no such episode, or it was acknowledged before. */
export function acknowledge(
  state: MonitorState,
  id: string,
  by: string,
  at: string,
): MonitorState | undefined {
  const { episode } = state
  if (episode === null || episode.id !== id || episode.acknowledgedAt !== undefined) return undefined
  return { ...state, episode: { ...episode, acknowledgedAt: at, acknowledgedBy: by } }
}

export function phaseOf(state: MonitorState, rule: MonitoringRule): Phase {
  const recent = signals.flatMap((signal) => state[signal].recent.slice(-rule.windows))
  if (state.episode === null) return recent.some(({ violated }) => violated) ? 'violated' : 'quiet'
  const ending = state.episode.causes.every((signal) => {
    const { recent } = state[signal]
    return recent.length > 0 && quietAtEnd({ recent }) > 0
  })
  return ending ? 'recovering' : 'alerting'
}
