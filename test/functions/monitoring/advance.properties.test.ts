import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acknowledge, advance, isViolated, phaseOf } from '../../../functions/monitoring/advance.ts'
import { initialState, type MonitorState } from '../../../functions/monitoring/monitor-state.ts'
import { monitoringRule } from '../../../functions/monitoring/monitoring-rule.ts'
import {
  decideRetraining,
  noteRetraining,
  releaseRetraining,
} from '../../../functions/monitoring/retraining.ts'
import type { Signal, Window } from '../../../functions/monitoring/window.ts'

const hour = 3_600_000
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * hour).toISOString()
const window = (index: number, violated: boolean, signal: Signal = 'drift'): Window => ({
  signal,
  id: `run-${index}`,
  at: at(24 * index),
  violated,
})
const rule = monitoringRule.parse({ escalateAfterHours: 8_760 })
const state0 = initialState('demo')
const kinds = ({ outbox }: MonitorState) => outbox.map(({ kind }) => kind)

/** One look a window, as the rule after each batch does. */
const fold = (windows: readonly Window[], used = rule, from = state0) =>
  windows.reduce(
    (state, each) => advance(state, { at: each.at, modelVersion: '1', windows: [each] }, used),
    from,
  )
const ofMarks = (marks: string) => [...marks].map((mark, index) => window(index, mark === '!'))

const rules = fc
  .record({
    windows: fc.integer({ min: 1, max: 6 }),
    violations: fc.integer({ min: 1, max: 6 }),
    quiet: fc.integer({ min: 1, max: 4 }),
  })
  .filter(({ windows, violations }) => violations <= windows)
  .map((given) => monitoringRule.parse({ ...given, escalateAfterHours: 8_760 }))
const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 })

describe('an episode', () => {
  test.each([
    ['...', 'quiet', []],
    ['..!', 'violated', []],
    ['!.!', 'alerting', ['opened']],
    ['!!!!!!', 'alerting', ['opened']],
    ['!!.', 'recovering', ['opened']],
    ['!!..', 'quiet', ['opened', 'recovered']],
    ['!!..!', 'violated', ['opened', 'recovered']],
    ['!!..!!', 'alerting', ['opened', 'recovered', 'opened']],
    ['!..!..!..', 'violated', []],
  ] as const)('%s is %s', (marks, phase, told) => {
    const state = fold(ofMarks(marks))
    expect(phaseOf(state, rule)).toBe(phase)
    expect(kinds(state)).toEqual(told)
  })

  test('around the threshold is one, however long it flaps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.boolean(), (length, first) => {
        const flapping = Array.from({ length }, (_, index) => window(index, (index % 2 === 0) === first))
        const told = kinds(fold(flapping))
        expect(told.length).toBeLessThanOrEqual(1)
        expect(told).not.toContain('recovered')
      }),
    )
  })

  // Feature: mlops-platform, Property 33: Alarm triggering on threshold breach
  test('opens by N of the last M only, and between two of them lie R quiet windows in a row', () => {
    fc.assert(
      fc.property(rules, flags, (used, violated) => {
        let state = state0
        let sinceRecovery: boolean[] = []
        for (const [index, flag] of violated.entries()) {
          const before = state.episode
          state = fold([window(index, flag)], used, state)
          sinceRecovery.push(flag)
          const last = sinceRecovery.slice(-used.windows).filter(Boolean).length
          if (before === null) expect(state.episode !== null).toBe(last >= used.violations)
          else if (state.episode === null) {
            expect(sinceRecovery.slice(-used.quiet)).toEqual(Array(used.quiet).fill(false))
            sinceRecovery = []
          }
        }
        const told = kinds(state)
        expect(told.every((kind, index) => kind === (index % 2 === 0 ? 'opened' : 'recovered'))).toBe(true)
        expect(new Set(state.outbox.map(({ id }) => id)).size).toBe(told.length)
      }),
      { numRuns: 300 },
    )
  })

  test('is the same whether windows are told again, late, all at once, or in another order', () => {
    fc.assert(
      fc.property(rules, flags, fc.infiniteStream(fc.nat()), (used, violated, noise) => {
        const windows = violated.map((flag, index) => window(index, flag))
        const once = fold(windows, used)
        let again = state0
        for (const [index, each] of windows.entries()) {
          const earlier = windows.slice(0, index + 1)
          const repeated = earlier.filter(() => (noise.next().value ?? 0) % 2 === 0)
          const look = { at: each.at, modelVersion: '1', windows: [each, ...repeated.toReversed()] }
          again = advance(again, look, used)
        }
        expect(again).toEqual(once)
        const last = at(24 * violated.length)
        const atOnce = advance(state0, { at: last, modelVersion: '1', windows: windows.toReversed() }, used)
        expect(kinds(atOnce)).toEqual(kinds(once))
        expect(advance(once, { at: last, modelVersion: '1', windows }, used)).toBe(once)
        // A window that nobody had seen, older than what was decided on, changes nothing.
        if (windows.length > 0) {
          const late = { ...window(-1, true), id: 'late' }
          expect(advance(once, { at: last, modelVersion: '1', windows: [late] }, used)).toBe(once)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('begins with the violated windows in a row that opened it, and not with one of before', () => {
    expect(fold(ofMarks('..!!')).episode).toMatchObject({ since: at(48), openedAt: at(72) })
    expect(fold(ofMarks('.!.!')).episode).toMatchObject({ since: at(72), openedAt: at(72) })
  })

  test('that nobody acknowledges is told once more, one that somebody did is not', () => {
    const impatient = monitoringRule.parse({ escalateAfterHours: 48 })
    const opened = fold(ofMarks('!!'), impatient)
    const look = (state: MonitorState, hours: number) =>
      advance(state, { at: at(hours), modelVersion: '1', windows: [] }, impatient)
    expect(kinds(look(opened, 24 + 47))).toEqual(['opened'])
    const escalated = look(opened, 24 + 48)
    expect(kinds(escalated)).toEqual(['opened', 'escalated'])
    expect(look(escalated, 24 + 500)).toBe(escalated)
    const seen = acknowledge(opened, 'demo-1', 'ada', at(30))
    expect(seen?.episode).toMatchObject({ acknowledgedBy: 'ada' })
    expect(kinds(look(seen ?? state0, 24 + 500))).toEqual(['opened'])
    expect(acknowledge(seen ?? state0, 'demo-1', 'bob', at(31))).toBeUndefined()
    expect(acknowledge(opened, 'demo-9', 'ada', at(31))).toBeUndefined()
  })

  test('of drift does not end while performance is beyond its limit', () => {
    const both = fold([
      window(0, true),
      window(1, true),
      window(0, true, 'performance'),
      window(1, true, 'performance'),
      window(2, false),
      window(3, false),
    ])
    expect(both.episode?.causes).toEqual(['drift', 'performance'])
    const still = fold([window(2, false, 'performance')], rule, both)
    expect(still.episode).not.toBeNull()
    expect(kinds(fold([window(3, false, 'performance')], rule, still))).toEqual(['opened', 'recovered'])
  })

  test('outlives the version that it began with, and ends by the windows of the next', () => {
    const opened = fold(ofMarks('!!!'))
    const look = (state: MonitorState, windows: Window[]) =>
      advance(state, { at: at(200), modelVersion: '2', windows }, rule)
    const next = look(opened, [])
    expect(next).toMatchObject({ episode: { id: 'demo-1' }, modelVersion: '2', drift: { recent: [] } })
    expect(kinds(look(next, [window(5, false), window(6, false)]))).toEqual(['opened', 'recovered'])
  })
})

describe('a retraining', () => {
  const candidate = (version: string, hours: number, rows = 10_000) => ({
    name: 'table',
    version,
    uri: `s3://bucket/${version}`,
    rows,
    createdAt: at(hours),
  })

  test('needs an episode, enough rows of after its opening, and that the version itself is beyond its limits', () => {
    const opened = fold(ofMarks('!!'))
    const why = (state: MonitorState, ...candidates: ReturnType<typeof candidate>[]) =>
      decideRetraining(state, { at: at(100), candidates }, rule).reason
    expect(why(fold(ofMarks('!')), candidate('a', 90))).toBe('no episode is open')
    expect(why(opened, candidate('a', 23))).toMatch(/^waits for labelled data of after .*: 0 of 6000 rows$/)
    expect(why(opened, candidate('a', 25, 5_999))).toMatch(/: 5999 of 6000 rows$/)
    expect(why(opened, candidate('a', 25, 6_000))).toBe('6000 labelled rows of table@a')
    const promoted = advance(opened, { at: at(90), modelVersion: '2', windows: [] }, rule)
    expect(why(promoted, candidate('a', 80))).toMatch(/not beyond its limits itself/)
    const byHand = monitoringRule.parse({ retrain: false })
    expect(
      decideRetraining(opened, { at: at(100), candidates: [candidate('a', 25)] }, byHand).state.retraining,
    ).toBeNull()
  })

  test('is single-flight and keeps the cool-down, whatever comes in whatever order', () => {
    const step = fc.record({
      hours: fc.integer({ min: 0, max: 200 }),
      violated: fc.boolean(),
      data: fc.boolean(),
      ends: fc.boolean(),
      noted: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let [state, now] = [state0, 0]
        const claims: number[] = []
        const keys = new Set<string>()
        const candidates: ReturnType<typeof candidate>[] = []
        let open: { key: string; until: number } | undefined
        for (const [index, { hours, violated, data, ends, noted }] of steps.entries()) {
          now += hours
          const time = at(now)
          if (data) candidates.push(candidate(`v${index}`, now))
          const seen: Window = { signal: 'drift', id: `run-${index}`, at: time, violated }
          state = advance(state, { at: time, modelVersion: '1', windows: [seen] }, rule)
          state = releaseRetraining(state, open !== undefined && (ends || now >= open.until))
          if (open !== undefined && (ends || now >= open.until)) open = undefined
          const before = state
          state = decideRetraining(state, { at: time, candidates }, rule).state
          if (state !== before && state.retraining !== null) {
            expect(open).toBeUndefined()
            expect(isViolated(state.drift, rule)).toBe(true)
            expect(now - (claims.at(-1) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(
              rule.coolDownHours,
            )
            expect(keys.has(state.retraining.key)).toBe(false)
            keys.add(state.retraining.key)
            claims.push(now)
            open = { key: state.retraining.key, until: now + rule.leaseHours }
          }
          expect(state.retraining?.key).toBe(open?.key)
          if (noted && open !== undefined) state = noteRetraining(state, open.key, 'run')
          expect(noteRetraining(state, 'another', 'run')).toBe(state)
        }
      }),
      { numRuns: 300 },
    )
  })
})
