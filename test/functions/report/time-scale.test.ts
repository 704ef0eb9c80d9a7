import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { momentFormat, timeTicks } from '../../../functions/report/time-scale.ts'

const at = (iso: string) => Date.parse(`${iso}Z`) / 1_000
const texts = (from: string, to: string) => timeTicks(at(from), at(to)).map(({ text }) => text)

describe('the axis of times', () => {
  it.each([
    ['2026-11-21T09:00:03', '2026-11-21T09:00:21', ['09:00:05', '09:00:10', '09:00:15', '09:00:20']],
    ['2026-11-21T08:10:00', '2026-11-21T09:50:00', ['08:30', '09:00', '09:30']],
    ['2026-11-21T00:00:07', '2026-11-21T23:59:00', ['06:00', '12:00', '18:00']],
    ['2026-11-20T18:00:00', '2026-11-21T09:00:00', ['18:00', '2026-11-21', '06:00']],
    ['2026-11-01T05:00:00', '2026-11-06T05:00:00', ['2026-11-03', '2026-11-05']],
    ['2025-12-20T00:00:00', '2026-04-10T00:00:00', ['2026-01', '2026-02', '2026-03', '2026-04']],
    ['2024-05-02T00:00:00', '2026-02-01T00:00:00', ['2024-07', '2025-01', '2025-07', '2026-01']],
    ['1968-05-02T00:00:00', '1977-02-01T00:00:00', ['1970', '1975']],
    ['1849-01-01T00:00:00', '2026-02-01T00:00:00', ['1850', '1900', '1950', '2000']],
  ])('from %s to %s writes round times that differ', (from, to, expected) => {
    expect(texts(from, to)).toEqual(expected)
  })

  it('never repeats a label beside itself, leaves the stretch or fails, whatever the stretch', () => {
    const moment = fc.integer({ min: -1e11, max: 1e12 })
    fc.assert(
      fc.property(moment, fc.double({ min: 1e-3, max: 1e11, noNaN: true }), (low, span) => {
        const found = timeTicks(low, low + span)
        for (const [at, { text }] of found.entries()) expect(text).not.toBe(found[at + 1]?.text)
        expect(found.length).toBeLessThan(12)
        for (const { value } of found) expect(value >= low && value <= low + span).toBe(true)
      }),
      { numRuns: 1_000 },
    )
    expect(timeTicks(5, 5)).toEqual([])
    expect(timeTicks(0, 1e13)).toEqual([])
    expect(timeTicks(Number.NaN, 1)).toEqual([])
  })

  it('shows the time of a moment where the days alone would tell few apart', () => {
    const [low, high] = [at('2026-11-21T06:12:30'), at('2026-11-21T18:00:00')]
    expect(momentFormat(low, high)(low)).toBe('2026-11-21 06:12')
    expect(momentFormat(low, low + 300)(low + 0.5)).toBe('2026-11-21 06:12:30')
    expect(momentFormat(low, low + 864_000)(low)).toBe('2026-11-21')
    expect(momentFormat(at('2026-11-21T00:00'), at('2026-11-22T00:00'))(high)).toBe('2026-11-21')
    expect([null, undefined, 1e20].map(momentFormat(low, high))).toEqual(['–', '–', '–'])
  })
})
