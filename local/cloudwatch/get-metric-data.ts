/** GetMetricData, GetMetricStatistics and ListMetrics: reading metrics back. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import { AwsError, type Json } from '../service.ts'
import { aggregate, periodStart, statisticOf } from './metric-point.ts'
import { type MetricStore, seriesKey } from './metric-store.ts'
import { codes, dimensions } from './put-metric-data.ts'

const metric = z
  .object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions })
  .transform(({ Namespace, MetricName, Dimensions }) => ({
    namespace: Namespace,
    name: MetricName,
    dimensions: Dimensions,
  }))

export const metricStat = z.object({ Metric: metric, Period: z.int().min(1), Stat: z.string() })

const dataRequest = z.object({
  StartTime: timestamp,
  EndTime: timestamp,
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MetricDataQueries: z
    .array(
      z.object({
        Id: z
          .string()
          .max(255)
          .regex(/^[a-z][A-Za-z0-9_]*$/),
        MetricStat: metricStat.optional(),
        Expression: z.string().optional(),
        Label: z.string().optional(),
        ReturnData: z.boolean().default(true),
      }),
    )
    .max(500),
})

export function getMetricData(input: Json, store: MetricStore): Json {
  const request = acceptInput(dataRequest, input, codes.shape)
  const { StartTime: from, EndTime: to } = request
  refuseEmptyRange(from, to)
  const results = request.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
    if (query.MetricStat === undefined)
      throw new AwsError(
        codes.shape,
        `The local cloud answers metrics, not expressions: query ${query.Id} has no MetricStat.`,
      )
    const { Metric, Period, Stat } = query.MetricStat
    const values = aggregate(
      store.points(Metric),
      Stat,
      Period,
      periodStart(from.getTime(), Period),
      to.getTime(),
    )
    if (request.ScanBy === 'TimestampDescending') values.reverse()
    return {
      Id: query.Id,
      Label: query.Label ?? Metric.name,
      Timestamps: values.map(({ at }) => new Date(at)),
      Values: values.map(({ value }) => value),
      StatusCode: 'Complete',
    }
  })
  return { MetricDataResults: results, Messages: [] }
}

const statisticsRequest = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
  StartTime: timestamp,
  EndTime: timestamp,
  Period: z.int().min(1),
  Statistics: z.array(z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])).optional(),
  ExtendedStatistics: z.array(z.string()).optional(),
})

export function getMetricStatistics(input: Json, store: MetricStore): Json {
  const request = acceptInput(statisticsRequest, input, codes.shape)
  const { Namespace: namespace, MetricName: name, Dimensions, Period: period } = request
  const { Statistics: plain = [], ExtendedStatistics: extended = [] } = request
  const [from, to] = [request.StartTime, request.EndTime]
  refuseEmptyRange(from, to)
  if (plain.length + extended.length === 0)
    throw new AwsError(
      'MissingParameter',
      'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
    )
  const points = store.points({ namespace, name, dimensions: Dimensions })
  const inside = points.filter(({ at }) => at >= from.getTime() && at < to.getTime())
  const starts = [...new Set(inside.map(({ at }) => periodStart(at, period)))].sort((a, b) => a - b)
  const datapoints = starts.map((start) => {
    const bucket = inside.filter(({ at }) => periodStart(at, period) === start)
    const value = (statistic: string) => [statistic, statisticOf(bucket, statistic)] as const
    return {
      Timestamp: new Date(start),
      Unit: 'None',
      ...Object.fromEntries(plain.map(value)),
      ...(extended.length === 0 ? {} : { ExtendedStatistics: Object.fromEntries(extended.map(value)) }),
    }
  })
  return { Label: name, Datapoints: datapoints }
}

function refuseEmptyRange(from: Date, to: Date): void {
  if (from.getTime() >= to.getTime())
    throw new AwsError(codes.invalid, 'The parameter StartTime must be less than the parameter EndTime.')
}

const listRequest = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
  NextToken: z.string().optional(),
})

export function listMetrics(input: Json, store: MetricStore): Json {
  const filter = acceptInput(listRequest, input, codes.shape)
  const found = store
    .names()
    .filter(
      ({ namespace, name, dimensions: own }) =>
        (filter.Namespace === undefined || namespace === filter.Namespace) &&
        (filter.MetricName === undefined || name === filter.MetricName) &&
        filter.Dimensions.every(
          ({ Name, Value }) => Object.hasOwn(own, Name) && (Value === undefined || own[Name] === Value),
        ),
    )
    .sort((a, b) => (seriesKey(a) < seriesKey(b) ? -1 : 1))
  const { page, ...more } = nextPage(found, 500, filter.NextToken)
  return {
    Metrics: page.map(({ namespace, name, dimensions: own }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(own).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...more,
  }
}
