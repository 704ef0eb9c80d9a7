import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AlarmConfiguration } from '../../../local/cloudwatch/alarm.ts'
import { evaluateAlarm } from '../../../local/cloudwatch/alarm-evaluation.ts'
import type { MetricPoint } from '../../../local/cloudwatch/metric-point.ts'

const minute = 60_000
const now = new Date(Date.UTC(2026, 10, 21, 2, 0, 30))
const current = Math.floor(now.getTime() / minute) * minute

function alarmOf(change: Partial<AlarmConfiguration> = {}): AlarmConfiguration {
  return {
    name: 'drift',
    actionsEnabled: true,
    okActions: [],
    alarmActions: [],
    insufficientDataActions: [],
    namespace: 'Regimen',
    metricName: 'WeightedDriftScore',
    dimensions: {},
    statistic: 'Maximum',
    periodSeconds: 60,
    evaluationPeriods: 3,
    threshold: 10,
    comparison: 'GreaterThanThreshold',
    ...change,
  }
}

const point = (at: number, value: number): MetricPoint => ({
  at,
  count: 1,
  sum: value,
  min: value,
  max: value,
  values: [value],
})

/** `0` within, `X` breaching, `-` missing; the last one is the newest period that has ended. */
const periods = (picture: string) =>
  [...picture.replaceAll(' ', '')].flatMap((sign, index, all) =>
    sign === '-' ? [] : [point(current - (all.length - index) * minute, sign === 'X' ? 11 : 1)],
  )

const state = (picture: string, change: Partial<AlarmConfiguration>) =>
  evaluateAlarm(alarmOf(change), periods(picture), now)?.value ?? 'retained'

/** The tables of "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide. */
const published: [string, number, [string, string, string, string]][] = [
  ['0 - X - X', 3, ['OK', 'OK', 'OK', 'OK']],
  ['- - - - 0', 3, ['OK', 'OK', 'OK', 'OK']],
  ['- - - - -', 3, ['INSUFFICIENT_DATA', 'retained', 'ALARM', 'OK']],
  ['0 X X - X', 3, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['- - X - -', 3, ['ALARM', 'retained', 'ALARM', 'OK']],
  ['0 - X - X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 0 X 0 X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 - X - -', 2, ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - - 0', 2, ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - X -', 2, ['ALARM', 'retained', 'ALARM', 'OK']],
]

describe('an alarm over three periods treats missing data as the user guide says', () => {
  for (const [picture, datapointsToAlarm, [missing, ignore, breaching, notBreaching]] of published)
    test(`${picture}, ${datapointsToAlarm} to alarm`, () => {
      const found = (['missing', 'ignore', 'breaching', 'notBreaching'] as const).map((treatment) =>
        state(picture, { datapointsToAlarm, missing: treatment }),
      )
      expect(found).toEqual([missing, ignore, breaching, notBreaching])
    })
})

describe('an alarm', () => {
  test('explains itself in the words of CloudWatch', () => {
    const alarm = alarmOf({ evaluationPeriods: 1 })
    expect(evaluateAlarm(alarm, [point(current + 1, 12.5)], now)).toEqual({
      value: 'ALARM',
      reason:
        'Threshold Crossed: 1 out of the last 1 datapoints [12.5 (21/11/26 02:00:00)] was greater than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition).',
      reasonData: JSON.stringify({
        version: '1.0',
        queryDate: '2026-11-21T02:00:30.000+0000',
        startDate: '2026-11-21T02:00:00.000+0000',
        statistic: 'Maximum',
        period: 60,
        recentDatapoints: [12.5],
        threshold: 10,
        evaluatedDatapoints: [{ timestamp: '2026-11-21T02:00:00.000+0000', sampleCount: 1, value: 12.5 }],
      }),
    })
    expect(evaluateAlarm(alarm, [point(current, 1)], now)?.reason).toBe(
      'Threshold Crossed: 1 out of the last 1 datapoints [1.0 (21/11/26 02:00:00)] was not greater than the threshold (10.0) (minimum 1 datapoint for ALARM -> OK transition).',
    )
    expect(evaluateAlarm(alarm, [], now)?.reason).toBe('Insufficient Data: 1 datapoint was unknown.')
  })

  const operators = [
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ] as const
  test.each([
    [9, [false, false, true, true]],
    [10, [false, true, false, true]],
    [11, [true, true, false, false]],
  ] as const)('compares %d with the threshold as its operator says', (value, breaching) => {
    const found = operators.map(
      (comparison) =>
        evaluateAlarm(alarmOf({ comparison, evaluationPeriods: 1 }), [point(current, value)], now)?.value ===
        'ALARM',
    )
    expect(found).toEqual([...breaching])
  })

  test('is in ALARM exactly when M of the last N periods breach, where none is missing', () => {
    const values = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(values, fc.nat(), (series, seed) => {
        const evaluationPeriods = series.length
        const datapointsToAlarm = 1 + (seed % evaluationPeriods)
        const points = series.map((value, at) =>
          point(current - (evaluationPeriods - 1 - at) * minute, value),
        )
        const breaching = series.filter((value) => value > 10).length
        const verdict = evaluateAlarm(alarmOf({ evaluationPeriods, datapointsToAlarm }), points, now)
        expect(verdict?.value).toBe(breaching >= datapointsToAlarm ? 'ALARM' : 'OK')
      }),
      { numRuns: 300 },
    )
  })
})
