/** PutMetricAlarm: creates an alarm, or replaces its configuration and keeps its state. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type Json } from '../service.ts'
import { type AlarmConfiguration, comparisonOperator, treatMissingData } from './alarm.ts'
import { metricStat } from './get-metric-data.ts'
import { codes, dimensions } from './put-metric-data.ts'

const actions = z.array(z.string().min(1).max(1024)).max(5).default([])

const request = z.object({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: z.boolean().default(true),
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  MetricName: z.string().min(1).max(255).optional(),
  Namespace: z.string().min(1).max(255).optional(),
  Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']).optional(),
  ExtendedStatistic: z
    .string()
    .regex(/^p(100|\d{1,2}(\.\d{1,10})?)$/)
    .optional(),
  Dimensions: dimensions,
  Period: z.int().min(1).optional(),
  Unit: z.string().optional(),
  EvaluationPeriods: z.int().min(1),
  DatapointsToAlarm: z.int().min(1).optional(),
  Threshold: z.number(),
  ComparisonOperator: comparisonOperator,
  TreatMissingData: treatMissingData.optional(),
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        MetricStat: metricStat.optional(),
        Expression: z.string().optional(),
      }),
    )
    .optional(),
})
type Request = z.output<typeof request>

export function readAlarmConfiguration(input: Json): AlarmConfiguration {
  const alarm = acceptInput(request, input, codes.shape)
  const metric = metricOf(alarm)
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed } = alarm
  if (needed !== undefined && needed > periods)
    throw new AwsError(
      codes.shape,
      'Metrics list must contain no more than EvaluationPeriods datapoints: DatapointsToAlarm must be less than or equal to EvaluationPeriods',
    )
  if (![10, 20, 30].includes(metric.periodSeconds) && metric.periodSeconds % 60 !== 0)
    throw new AwsError(codes.shape, 'Period must be 10, 20, 30 or a multiple of 60')
  if (periods * metric.periodSeconds > (metric.periodSeconds < 3_600 ? 86_400 : 604_800))
    throw new AwsError(
      codes.shape,
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or a week for periods of an hour and longer.',
    )
  return {
    name: alarm.AlarmName,
    ...(alarm.AlarmDescription === undefined ? {} : { description: alarm.AlarmDescription }),
    actionsEnabled: alarm.ActionsEnabled,
    okActions: alarm.OKActions,
    alarmActions: alarm.AlarmActions,
    insufficientDataActions: alarm.InsufficientDataActions,
    ...metric,
    ...(alarm.Unit === undefined ? {} : { unit: alarm.Unit }),
    evaluationPeriods: periods,
    ...(needed === undefined ? {} : { datapointsToAlarm: needed }),
    threshold: alarm.Threshold,
    comparison: alarm.ComparisonOperator,
    ...(alarm.TreatMissingData === undefined ? {} : { missing: alarm.TreatMissingData }),
  }
}

function metricOf(alarm: Request) {
  const [only, ...others] = alarm.Metrics ?? []
  if (only !== undefined) {
    if (others.length > 0 || only.MetricStat === undefined)
      throw new AwsError(codes.shape, 'The local cloud evaluates alarms on one metric, not metric math.')
    const { Metric, Period, Stat } = only.MetricStat
    return {
      namespace: Metric.namespace,
      metricName: Metric.name,
      dimensions: Metric.dimensions,
      statistic: Stat,
      periodSeconds: Period,
    }
  }
  const { Namespace: namespace, MetricName: metricName, Period: periodSeconds } = alarm
  const statistic = alarm.Statistic ?? alarm.ExtendedStatistic
  if (namespace === undefined || metricName === undefined)
    throw new AwsError(
      codes.shape,
      'Exactly one of MetricName and Metrics must be specified, with its Namespace',
    )
  if (statistic === undefined || (alarm.Statistic !== undefined && alarm.ExtendedStatistic !== undefined))
    throw new AwsError(
      codes.shape,
      'Exactly one element of Statistic and ExtendedStatistic must be specified',
    )
  if (periodSeconds === undefined) throw new AwsError(codes.shape, 'Period must be specified')
  return { namespace, metricName, dimensions: alarm.Dimensions, statistic, periodSeconds }
}
