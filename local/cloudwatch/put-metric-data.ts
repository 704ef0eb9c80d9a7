/** PutMetricData: single values, value arrays with counts, and statistic sets. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { AwsError, type Json } from '../service.ts'
import type { MetricPoint } from './metric-point.ts'
import type { MetricName } from './metric-store.ts'

export const dimensions = z
  .array(z.object({ Name: z.string().min(1).max(255), Value: z.string().min(1).max(1024) }))
  .max(30)
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])))

export const codes = { invalid: 'InvalidParameterValue', shape: 'ValidationError' } as const

const datum = z.object({
  MetricName: z.string().min(1).max(255),
  Dimensions: dimensions,
  Timestamp: timestamp.optional(),
  Value: z.number().or(z.nan()).optional(),
  StatisticValues: z
    .object({ SampleCount: z.number(), Sum: z.number(), Minimum: z.number(), Maximum: z.number() })
    .optional(),
  Values: z.array(z.number()).max(150).optional(),
  Counts: z.array(z.number()).optional(),
})

const request = z.object({
  Namespace: z.string().min(1).max(255),
  MetricData: z.array(datum).max(1_000).default([]),
})

const hour = 3_600_000

export function readMetricData(input: Json, now: Date): { metric: MetricName; point: MetricPoint }[] {
  const { Namespace: namespace, MetricData: data } = acceptInput(request, input, codes.shape)
  if (namespace.startsWith('AWS/'))
    throw new AwsError(codes.invalid, `The value AWS/ for parameter Namespace is invalid.`)
  return data.map((entry, index) => {
    const place = `MetricData.member.${index + 1}`
    const at = (entry.Timestamp ?? now).getTime()
    if (at > now.getTime() + 2 * hour)
      throw new AwsError(
        codes.invalid,
        `The parameter ${place}.Timestamp must specify a time no more than two hours in the future.`,
      )
    if (at < now.getTime() - 14 * 24 * hour)
      throw new AwsError(
        codes.invalid,
        `The parameter ${place}.Timestamp must specify a time within the last two weeks.`,
      )
    const metric = { namespace, name: entry.MetricName, dimensions: entry.Dimensions }
    return { metric, point: { at, ...measured(entry, place) } }
  })
}

function measured(entry: z.output<typeof datum>, place: string): Omit<MetricPoint, 'at'> {
  const { Value: value, StatisticValues: set, Values: values, Counts: counts } = entry
  const given = [value, set, values].filter((way) => way !== undefined)
  if (given.length > 1)
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameters ${place}.Value, ${place}.Values and ${place}.StatisticValues are mutually exclusive and you have specified more than one.`,
    )
  if (set !== undefined)
    return {
      count: finite(set.SampleCount, `${place}.StatisticValues.SampleCount`),
      sum: set.Sum,
      min: set.Minimum,
      max: set.Maximum,
    }
  if (value !== undefined) {
    const number = finite(value, `${place}.Value`)
    return { count: 1, sum: number, min: number, max: number, values: [number] }
  }
  if (values === undefined || values.length === 0)
    throw new AwsError(
      'MissingParameter',
      `At least one of the parameters ${place}.Value, ${place}.Values or ${place}.StatisticValues must be specified.`,
    )
  if (counts !== undefined && counts.length !== values.length)
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameters ${place}.Values and ${place}.Counts must be of the same size.`,
    )
  const weights = counts ?? values.map(() => 1)
  return {
    count: weights.reduce((sum, weight) => sum + weight, 0),
    sum: values.reduce((sum, number, at) => sum + number * (weights[at] ?? 1), 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values,
    counts: weights,
  }
}

/** Beyond ±2^360 and for NaN and Infinity CloudWatch refuses the datum. */
function finite(value: number, place: string): number {
  if (Number.isFinite(value) && Math.abs(value) <= 2 ** 360) return value
  throw new AwsError(codes.invalid, `The value ${value} for parameter ${place} is invalid.`)
}
