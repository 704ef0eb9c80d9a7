/** Runs schedules when they are due; after a sleep each runs at most once, for the last time that was missed. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Cloud } from '../service.ts'
import { type Schedule, scheduleId, scheduleSchema } from './schedule.ts'
import { lastDue, type NextTime, parseSchedule } from './schedule-expression.ts'

/** A timer sleeps with the laptop: none is longer than this, so that a missed time is noticed soon after waking. */
const longestTimerMillis = 60_000

export class ScheduleClock {
  readonly schedules: DurableCollection<Schedule>
  readonly #cloud: Cloud
  readonly #running = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(cloud: Cloud) {
    this.#cloud = cloud
    this.schedules = new DurableCollection(join(cloud.directory('scheduler'), 'schedules'), scheduleSchema)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Runs what is due and sleeps until the next time; called after every change too. */
  wake(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const now = this.#cloud.now()
    const times = this.schedules.values().flatMap((schedule) => this.#settle(schedule, now))
    const next = Math.min(...times.map((time) => time.getTime() - now.getTime()), longestTimerMillis)
    this.#timer = setTimeout(() => this.wake(), Math.max(0, next))
    this.#timer.unref()
  }

  /** Starts a due run; answers when the schedule wants to be looked at next. */
  #settle(schedule: Schedule, now: Date): Date[] {
    const id = scheduleId(schedule.group, schedule.name)
    if (schedule.state === 'DISABLED' || this.#running.has(id)) return []
    const next = bounded(schedule)
    const after = new Date(schedule.lastDue ?? schedule.createdAt)
    const found = lastDue(next, after, now)
    if (found !== undefined) {
      this.#running.add(id)
      void this.#run(schedule, found.due, found.missed).finally(() => {
        this.#running.delete(id)
        this.wake()
      })
      return []
    }
    const time = next(now)
    return time === undefined ? [] : [time]
  }

  async #run(schedule: Schedule, due: Date, missed: number): Promise<void> {
    const label = `scheduler: ${schedule.name} due ${due.toISOString()}`
    if (missed > 1) this.#cloud.log(`${label}: ${missed} times were missed, one run makes up for them`)
    const { MaximumRetryAttempts: attempts = 185 } = schedule.target.RetryPolicy ?? {}
    // On a laptop the target is there or it is not: a few attempts tell.
    for (let attempt = 1; attempt <= Math.min(attempts, 3) + 1; attempt += 1) {
      try {
        await invoke(this.#cloud, schedule, due, attempt)
        break
      } catch (error) {
        this.#cloud.log(`${label}: attempt ${attempt}: ${error instanceof Error ? error.name : 'failed'}`)
      }
    }
    // Recorded after the call: a crash in between repeats it with the same scheduled time, which a target recognises.
    const id = scheduleId(schedule.group, schedule.name)
    const current = this.schedules.get(id)
    if (current !== undefined) this.schedules.put(id, { ...current, lastDue: due.toISOString() })
  }
}

function bounded(schedule: Schedule): NextTime {
  const start = new Date(schedule.start ?? schedule.createdAt)
  const next = parseSchedule(schedule.expression, schedule.zone, start)
  const end = schedule.end === undefined ? undefined : new Date(schedule.end)
  return (after) => {
    const time = next(schedule.start !== undefined && after < start ? start : after)
    return time === undefined || (end !== undefined && time > end) ? undefined : time
  }
}

async function invoke(cloud: Cloud, schedule: Schedule, due: Date, attempt: number): Promise<void> {
  const { Arn: arn, RoleArn: role, Input: template = '{}' } = schedule.target
  const { principal } = cloud.credentials(role)
  // EventBridge Scheduler's context attributes; the time has no fraction of a second.
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': due.toISOString().replace(/\.\d+Z$/, 'Z'),
    'execution-id': randomUUID(),
    'attempt-number': String(attempt),
  }
  const input = template.replaceAll(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (token, name: string) => values[name] ?? token,
  )
  const service = arn.split(':')[2]
  if (service === 'lambda') {
    const request = { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) }
    await cloud.call('lambda', 'Invoke', request, principal)
  } else if (service === 'states') {
    await cloud.call('states', 'StartExecution', { stateMachineArn: arn, input }, principal)
  } else
    throw new AwsError('ValidationException', `the local cloud schedules lambda and states, not ${service}`)
}
