/** Who tells what was decided: one run, so that those that look at the same time do not tell it too. */
import type { MonitorState, Notice } from './monitor-state.ts'

/** Longer than a look takes with its retries; afterwards the teller is taken for dead. */
const patience = 600_000

export function takeNotices(state: MonitorState, runId: string, at: string): MonitorState {
  const isFree = ({ teller }: Notice) =>
    teller === undefined || (teller.runId !== runId && teller.until <= at)
  if (!state.outbox.some(isFree)) return state
  const teller = { runId, until: new Date(Date.parse(at) + patience).toISOString() }
  return { ...state, outbox: state.outbox.map((notice) => (isFree(notice) ? { ...notice, teller } : notice)) }
}

export const noticesOf = ({ outbox }: MonitorState, runId: string): Notice[] =>
  outbox.filter(({ teller }) => teller?.runId === runId)
