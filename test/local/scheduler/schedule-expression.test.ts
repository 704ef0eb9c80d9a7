import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lastDue, parseSchedule } from '../../../local/scheduler/schedule-expression.ts'

const at = (text: string) => new Date(text)
const next = (expression: string, after: string, zone = 'UTC') =>
  parseSchedule(expression, zone, at('2026-01-01T00:00:00Z'))(at(after))?.toISOString()

describe('a schedule is next due', () => {
  const cases: [string, string, string, string | undefined][] = [
    ['rate(5 minutes)', 'UTC', '2026-01-01T00:07:00Z', '2026-01-01T00:10:00.000Z'],
    ['rate(1 day)', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['cron(0 2 * * ? *)', 'UTC', '2026-11-21T02:00:00Z', '2026-11-22T02:00:00.000Z'],
    ['cron(0 2 * * ? *)', 'America/New_York', '2026-11-21T02:00:00Z', '2026-11-21T07:00:00.000Z'],
    ['cron(0 9 ? * 2 *)', 'UTC', '2026-11-21T00:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['cron(0 9 ? * MON-FRI *)', 'UTC', '2026-11-21T00:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['cron(0 9 ? * 2#1 *)', 'UTC', '2026-11-21T00:00:00Z', '2026-12-07T09:00:00.000Z'],
    ['cron(0 0 L * ? *)', 'UTC', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['cron(0/15 8-9 * * ? *)', 'UTC', '2026-11-21T08:16:00Z', '2026-11-21T08:30:00.000Z'],
    ['cron(0 0 1 1 ? 2028)', 'UTC', '2026-11-21T00:00:00Z', '2028-01-01T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2020)', 'UTC', '2026-11-21T00:00:00Z', undefined],
    ['at(2026-12-24T18:00:00)', 'Europe/Berlin', '2026-11-21T00:00:00Z', '2026-12-24T17:00:00.000Z'],
    ['at(2026-01-02T00:00:00)', 'UTC', '2026-11-21T00:00:00Z', undefined],
  ]
  for (const [expression, zone, after, expected] of cases)
    test(`${expression} in ${zone} after ${after}: ${expected ?? 'never'}`, () => {
      expect(next(expression, after, zone)).toBe(expected)
    })

  test('not in the hour that daylight saving skips, and once in the hour that it repeats', () => {
    const daily = 'cron(30 2 * * ? *)'
    expect(next(daily, '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00.000Z')
    const first = next(daily, '2026-10-24T12:00:00Z', 'Europe/Berlin')!
    expect(first).toBe('2026-10-25T00:30:00.000Z')
    expect(next(daily, first, 'Europe/Berlin')).toBe('2026-10-26T01:30:00.000Z')
  })
})

describe('a schedule is refused', () => {
  const wrong = [
    'rate(1 minutes)',
    'rate(2 minute)',
    'rate(0 hours)',
    'cron(0 2 * * *)',
    'cron(0 2 * * * *)',
    'cron(99 2 * * ? *)',
    'at(tomorrow)',
    'daily',
  ]
  for (const expression of wrong)
    test(expression, () => {
      expect(() => next(expression, '2026-01-01T00:00:00Z')).toThrow(
        `Invalid Schedule Expression ${expression}.`,
      )
    })

  test('in a zone that does not exist', () => {
    expect(() => next('rate(1 hour)', '2026-01-01T00:00:00Z', 'Mars/Olympus')).toThrow(
      'Invalid Schedule Expression Timezone Mars/Olympus.',
    )
  })
})

test('of many missed times only the last is due, also after a very long sleep', () => {
  const start = at('2026-01-01T00:00:00Z')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 400_000 }), (minutes, slept) => {
      const schedule = parseSchedule(`rate(${minutes} minute${minutes === 1 ? '' : 's'})`, 'UTC', start)
      const until = new Date(start.getTime() + slept * 60_000)
      const found = lastDue(schedule, start, until)
      const expected = Math.floor(slept / minutes)
      if (expected === 0) expect(found).toBeUndefined()
      else expect(found?.due.getTime()).toBe(start.getTime() + expected * minutes * 60_000)
      expect(found?.missed ?? 0).toBe(Math.min(expected, 1_000))
    }),
    { numRuns: 150 },
  )
})
