/** Measured values of a metric, and their statistics over a period. */
import * as z from 'zod'
import { AwsError } from '../service.ts'

/** One datum of PutMetricData. Without single values (a StatisticSet) percentiles cannot be had. */
export const metricPointSchema = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  count: z.number(),
  sum: z.number(),
  min: z.number(),
  max: z.number(),
  values: z.array(z.number()).optional(),
  counts: z.array(z.number()).optional(),
})
export type MetricPoint = z.output<typeof metricPointSchema>

export interface PeriodValue {
  /** Start of the period, epoch milliseconds; periods are aligned to the epoch. */
  readonly at: number
  readonly value: number
  readonly sampleCount: number
}

export const periodStart = (at: number, periodSeconds: number) =>
  Math.floor(at / (periodSeconds * 1_000)) * periodSeconds * 1_000

/** The statistic per period that has data, in order of time; `from` inclusive, `to` exclusive (epoch milliseconds). */
export function aggregate(
  points: readonly MetricPoint[],
  statistic: string,
  periodSeconds: number,
  from: number,
  to: number,
): PeriodValue[] {
  const periods = new Map<number, MetricPoint[]>()
  for (const point of points) {
    if (point.at < from || point.at >= to) continue
    const start = periodStart(point.at, periodSeconds)
    const bucket = periods.get(start)
    if (bucket === undefined) periods.set(start, [point])
    else bucket.push(point)
  }
  return [...periods]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, bucket]) => {
      const value = statisticOf(bucket, statistic)
      const sampleCount = bucket.reduce((sum, point) => sum + point.count, 0)
      return value === undefined ? [] : [{ at, value, sampleCount }]
    })
}

/** @throws AwsError `InvalidParameterValue` for a statistic that does not exist. */
export function statisticOf(points: readonly MetricPoint[], statistic: string): number | undefined {
  if (points.length === 0) return undefined
  const total = (field: 'sum' | 'count') => points.reduce((sum, point) => sum + point[field], 0)
  switch (statistic) {
    case 'Sum':
      return total('sum')
    case 'SampleCount':
      return total('count')
    case 'Average':
      return total('sum') / total('count')
    case 'Minimum':
      return points.reduce((low, point) => Math.min(low, point.min), Number.POSITIVE_INFINITY)
    case 'Maximum':
      return points.reduce((high, point) => Math.max(high, point.max), Number.NEGATIVE_INFINITY)
    default:
      return percentile(points, statistic)
  }
}

/** Nearest rank; `undefined` where a period has only a StatisticSet of differing values. */
function percentile(points: readonly MetricPoint[], statistic: string): number | undefined {
  const rank = Number(/^p(100|\d{1,2}(?:\.\d{1,10})?)$/.exec(statistic)?.[1] ?? Number.NaN)
  if (Number.isNaN(rank))
    throw new AwsError(
      'InvalidParameterValue',
      `The value ${statistic} for parameter Statistic is not supported.`,
    )
  const weighted: { value: number; weight: number }[] = []
  for (const { values, counts, min, max, count } of points) {
    if (values === undefined && min !== max) return undefined
    for (const [at, value] of (values ?? [min]).entries())
      weighted.push({ value, weight: values === undefined ? count : (counts?.[at] ?? 1) })
  }
  weighted.sort((a, b) => a.value - b.value)
  const wanted = (rank / 100) * weighted.reduce((sum, { weight }) => sum + weight, 0)
  let seen = 0
  for (const { value, weight } of weighted) {
    seen += weight
    if (seen >= wanted) return value
  }
  return weighted.at(-1)?.value
}
