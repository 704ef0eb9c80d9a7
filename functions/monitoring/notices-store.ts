/** Tells what monitoring decided: recorded with the decision, published until its publication is recorded too. */
import { raiseAlert } from '../alarm/alert-store.ts'
import { requiredVariable } from '../required-variable.ts'
import type { MonitorState, Notice } from './monitor-state.ts'
import { changeMonitor } from './monitor-store.ts'
import { noticesOf } from './notices.ts'

/** @returns what this run has told now */
export async function tellNotices(state: MonitorState, runId: string): Promise<Notice[]> {
  const { project, modelVersion } = state
  const own = noticesOf(state, runId)
  if (own.length === 0) return []
  const topicArn = requiredVariable('TOPIC_ARN')
  const told: Notice[] = []
  for (const notice of own) {
    const { id, kind, at, text } = notice
    const alert = { project, runId: id, pipeline: 'monitoring', status: kind.toUpperCase(), at }
    const command = kind === 'recovered' ? 'status' : 'acknowledge'
    const message = JSON.stringify({
      project,
      kind,
      at,
      modelVersion,
      text,
      do: `regimen monitor ${command}`,
    })
    const subject = `${project} monitoring: ${kind}`.slice(0, 99)
    const outcome = await raiseAlert(alert, 0, { topicArn, subject, message })
    if (outcome === 'published') told.push(notice)
  }
  const done = new Set(own.map(({ id }) => id))
  await changeMonitor(project, (now) =>
    now.outbox.some(({ id }) => done.has(id))
      ? { ...now, outbox: now.outbox.filter(({ id }) => !done.has(id)) }
      : now,
  )
  return told
}
