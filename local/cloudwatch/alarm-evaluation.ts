/**
 * Which state an alarm is in, given its metric's periods.
 * Semantics: "Configuring how CloudWatch alarms treat missing data",
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * One deviation, on purpose: CloudWatch looks about once a minute, at periods that have ended. Here the period in
 * progress counts as soon as it has data, so that a run on a laptop sees its alarm within a second.
 */
import type { AlarmConfiguration, StateValue } from './alarm.ts'
import { aggregate, type MetricPoint, type PeriodValue, periodStart } from './metric-point.ts'

/** CloudWatch looks at a few more periods than it must, so that late or missing data do not flip an alarm. */
const extraPeriods = 2

export interface Verdict {
  readonly value: StateValue
  readonly reason: string
  readonly reasonData: string
}

/** `undefined` means that the alarm stays as it is (`TreatMissingData: ignore`). */
export function evaluateAlarm(
  alarm: AlarmConfiguration,
  points: readonly MetricPoint[],
  now: Date,
): Verdict | undefined {
  const { periodSeconds, evaluationPeriods: wanted } = alarm
  const period = periodSeconds * 1_000
  const current = periodStart(now.getTime(), periodSeconds)
  const from = current - (wanted + extraPeriods) * period
  const found = aggregate(points, alarm.statistic, periodSeconds, from, current + period)
  const newest = found.at(-1)?.at === current ? current : current - period
  const first = newest - (wanted + extraPeriods - 1) * period
  const present = found.filter(({ at }) => at >= first)
  const evaluated = present.slice(-wanted)
  const value = decide(alarm, evaluated, present.length === 0 ? 0 : (newest - oldest(present)) / period + 1)
  if (value === undefined) return undefined
  return {
    value,
    reason: explain(alarm, value, evaluated),
    reasonData: JSON.stringify({
      version: '1.0',
      queryDate: amazonTime(now),
      startDate: amazonTime(new Date(evaluated[0]?.at ?? first)),
      statistic: alarm.statistic,
      period: periodSeconds,
      recentDatapoints: evaluated.map((point) => point.value),
      threshold: alarm.threshold,
      evaluatedDatapoints: evaluated
        .map((point) => ({
          timestamp: amazonTime(new Date(point.at)),
          sampleCount: point.sampleCount,
          value: point.value,
        }))
        .reverse(),
    }),
  }
}

const oldest = (present: readonly PeriodValue[]) => present[0]?.at ?? 0

/** `age` is that of the oldest period with data, in periods, the newest being 1. */
function decide(
  alarm: AlarmConfiguration,
  evaluated: readonly PeriodValue[],
  age: number,
): StateValue | undefined {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed = wanted, missing = 'missing' } = alarm
  const breaching = evaluated.filter(({ value }) => breaches(alarm, value)).length
  const absent = wanted - evaluated.length
  if (breaching >= needed) return 'ALARM'
  if (absent === 0) return 'OK'
  if (missing === 'breaching') return breaching + absent >= needed ? 'ALARM' : 'OK'
  if (missing === 'notBreaching') return 'OK'
  if (evaluated.length === 0) return missing === 'ignore' ? undefined : 'INSUFFICIENT_DATA'
  // All there is breaches, and it began long enough ago that the missing periods alone hold the alarm back.
  const suspicious = breaching === evaluated.length && age >= needed
  if (!suspicious) return 'OK'
  return missing === 'ignore' ? undefined : 'ALARM'
}

const comparisons: Readonly<
  Record<
    AlarmConfiguration['comparison'],
    { breaches(value: number, threshold: number): boolean; words: string }
  >
> = {
  GreaterThanThreshold: { breaches: (value, threshold) => value > threshold, words: 'greater than' },
  GreaterThanOrEqualToThreshold: {
    breaches: (value, threshold) => value >= threshold,
    words: 'greater than or equal to',
  },
  LessThanThreshold: { breaches: (value, threshold) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: {
    breaches: (value, threshold) => value <= threshold,
    words: 'less than or equal to',
  },
}

export const breaches = ({ comparison, threshold }: AlarmConfiguration, value: number) =>
  comparisons[comparison].breaches(value, threshold)

function explain(alarm: AlarmConfiguration, value: StateValue, evaluated: readonly PeriodValue[]): string {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed = wanted, missing = 'missing' } = alarm
  if (value === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${count(wanted, 'datapoint')} ${wanted === 1 ? 'was' : 'were'} unknown.`
  if (evaluated.length === 0)
    return `Threshold Crossed: no datapoints were received for ${count(wanted, 'period')} and ${count(wanted, 'missing datapoint')} ${wanted === 1 ? 'was' : 'were'} treated as [${missing === 'breaching' ? 'Breaching' : 'NonBreaching'}].`
  const isAlarm = value === 'ALARM'
  const telling = evaluated.filter((point) => breaches(alarm, point.value) === isAlarm).reverse()
  const listed = telling
    .map((point) => `${decimal(point.value)} (${shortTime(new Date(point.at))})`)
    .join(', ')
  const verb = `${telling.length === 1 ? 'was' : 'were'}${isAlarm ? '' : ' not'}`
  const minimum = isAlarm ? needed : wanted - needed + 1
  const transition = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'
  return `Threshold Crossed: ${telling.length} out of the last ${wanted} datapoints [${listed}] ${verb} ${comparisons[alarm.comparison].words} the threshold (${decimal(alarm.threshold)}) (minimum ${count(minimum, 'datapoint')} for ${transition} transition).`
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`

/** CloudWatch prints numbers as Java does: 50 is `50.0`. */
const decimal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value))

/** `2019-10-01T13:56:40.985+0000` */
export const amazonTime = (at: Date) => at.toISOString().replace('Z', '+0000')

/** `01/10/19 13:46:00` */
function shortTime(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split('T')
  const [year = '', month, day] = date.split('-')
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`
}
