/**
 * When a schedule is due: `rate(…)`, `cron(…)` with a year, and `at(…)`, in a time zone.
 * Semantics: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { Cron } from 'croner'
import { AwsError } from '../service.ts'

/** The first time after `after` at which the schedule is due, if there is one. */
export type NextTime = (after: Date) => Date | undefined

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * @param start from when a rate counts
 * @throws AwsError `ValidationException` for an expression or a zone that EventBridge Scheduler does not take.
 */
export function parseSchedule(expression: string, zone: string, start: Date): NextTime {
  refuseUnknownZone(zone)
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? []
  if (kind === 'rate') return rate(body, start, expression)
  if (kind === 'cron') return cron(body, zone, expression)
  if (kind === 'at') return at(body, zone, expression)
  throw invalid(expression)
}

const invalid = (expression: string) =>
  new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`)

function refuseUnknownZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new AwsError('ValidationException', `Invalid Schedule Expression Timezone ${zone}.`)
  }
}

function rate(body: string, start: Date, expression: string): NextTime {
  const [, count = '0', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(body) ?? []
  const step = Number(count) * (units[unit] ?? 0)
  // AWS insists on the grammar: rate(1 hour), rate(2 hours).
  if (step === 0 || (Number(count) === 1) !== (plural === '')) throw invalid(expression)
  return (after) => {
    const steps = Math.floor((after.getTime() - start.getTime()) / step) + 1
    return new Date(start.getTime() + Math.max(1, steps) * step)
  }
}

/** AWS counts weekdays from SUN = 1 and has a year; croner counts from SUN = 0 and wants seconds first. */
function cron(body: string, zone: string, expression: string): NextTime {
  const fields = body.trim().split(/\s+/)
  const [minute, hour, day, month, weekday, year] = fields
  if (fields.length !== 6 || weekday === undefined || (day === '?') === (weekday === '?'))
    throw invalid(expression)
  const days = weekday.replaceAll(/(?<![#/\d])[1-7](?!\d)/g, (digit) => String(Number(digit) - 1))
  const pattern = ['0', minute, hour, day, month, days, year].join(' ').replaceAll('?', '*')
  let cron: Cron
  try {
    cron = new Cron(pattern, { paused: true, timezone: zone, mode: '7-part', sloppyRanges: true })
  } catch {
    throw invalid(expression)
  }
  return (after) => {
    let next = cron.nextRun(after)
    // An hour that daylight saving skips is skipped; croner would run at the end of the gap.
    for (let tries = 0; next !== null && !cron.match(next) && tries < 10; tries += 1)
      next = cron.nextRun(next)
    return next ?? undefined
  }
}

function at(body: string, zone: string, expression: string): NextTime {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body)) throw invalid(expression)
  const time = new Cron(body, { paused: true, timezone: zone }).nextRun(new Date(0))
  return (after) => (time !== null && time > after ? time : undefined)
}

/** The last of the due times in `(after, until]`, and how many there were (counted up to 1,000). */
export function lastDue(next: NextTime, after: Date, until: Date): { due: Date; missed: number } | undefined {
  let due: Date | undefined
  let missed = 0
  for (let time = next(after); time !== undefined && time <= until; time = next(time)) {
    due = time
    missed += 1
    // Far behind: a search backwards from now needs no step per missed time.
    if (missed >= 1_000) return { due: latestBefore(next, time, until), missed }
  }
  return due === undefined ? undefined : { due, missed }
}

/** Halves the span until the last due time before `until` is found: `next` grows with its argument. */
function latestBefore(next: NextTime, known: Date, until: Date): Date {
  let [low, high] = [known.getTime(), until.getTime()]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const found = next(new Date(middle))
    if (found !== undefined && found <= until) low = found.getTime()
    else high = middle
  }
  return new Date(low)
}
