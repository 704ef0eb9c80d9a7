/** Errors and latency of two versions that share single predictions. */
import { describe, expect, test } from 'vitest'
import { onlineErrors, onlineLatency } from '../../../functions/rollout/online-checks.ts'
import type { OnlineCounts } from '../../../functions/scoring/online-counts.ts'

const counts = (change: Partial<OnlineCounts>): OnlineCounts => ({
  ...{ calls: 500, failures: 0, rows: 500, milliseconds: 2_000 },
  ...change,
})
const errors = (champion: Partial<OnlineCounts>, challenger: Partial<OnlineCounts>) =>
  onlineErrors({ champion: counts(champion), challenger: counts(challenger) })
const latency = (champion: Partial<OnlineCounts>, challenger: Partial<OnlineCounts>) =>
  onlineLatency({ champion: counts(champion), challenger: counts(challenger) })

describe('a version that answers single rows', () => {
  test('is refused when it fails more of its calls than the one before', () => {
    expect(errors({}, { calls: 10, failures: 4 })).toMatchObject({
      passed: false,
      value: 0.4,
      reason: 'it could not answer 4 of 10 calls, the version before 0 of 500; refused from 3 failures',
    })
    expect(errors({ calls: 0, rows: 0 }, { calls: 3, failures: 3 }).passed).toBe(false)
  })

  test('is not refused for what fails the one before as well, nor for one or two failures', () => {
    expect(errors({ failures: 200 }, { calls: 10, failures: 4 }).passed).toBe(true)
    expect(errors({}, { calls: 2, failures: 2 }).passed).toBe(true)
    expect(errors({}, { calls: 1_000, failures: 20 }).passed).toBe(true)
  })

  test('is refused when a row takes it more than five times as long', () => {
    expect(latency({}, { milliseconds: 10_500 })).toMatchObject({ passed: false, value: 5.25 })
    expect(latency({}, { milliseconds: 9_500 }).passed).toBe(true)
  })

  test('is not judged on what nobody asked for, or on too little', () => {
    for (const check of [onlineErrors(undefined), onlineLatency(undefined)])
      expect(check).toMatchObject({ passed: true, value: null })
    expect(errors({}, { calls: 0, rows: 0 })).toMatchObject({ passed: true, value: null })
    expect(latency({}, { rows: 100, milliseconds: 90_000 })).toMatchObject({ passed: true, value: null })
    expect(latency({}, { rows: 200, milliseconds: 900 })).toMatchObject({ passed: true, value: null })
  })
})
