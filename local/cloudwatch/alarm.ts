/** A metric alarm: what is kept of it, and how the API describes it. */
import * as z from 'zod'
import type { Json } from '../service.ts'

export const stateValue = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA'])
export type StateValue = z.output<typeof stateValue>

export const comparisonOperator = z.enum([
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
])
export const treatMissingData = z.enum(['breaching', 'notBreaching', 'ignore', 'missing'])

export const alarmConfigurationSchema = z.object({
  name: z.string(),
  description: z.string().optional(),
  actionsEnabled: z.boolean(),
  okActions: z.array(z.string()),
  alarmActions: z.array(z.string()),
  insufficientDataActions: z.array(z.string()),
  namespace: z.string(),
  metricName: z.string(),
  dimensions: z.record(z.string(), z.string()),
  statistic: z.string(),
  periodSeconds: z.int(),
  unit: z.string().optional(),
  evaluationPeriods: z.int(),
  datapointsToAlarm: z.int().optional(),
  threshold: z.number(),
  comparison: comparisonOperator,
  missing: treatMissingData.optional(),
})
export type AlarmConfiguration = z.output<typeof alarmConfigurationSchema>

const alarmStateSchema = z.object({
  value: stateValue,
  reason: z.string(),
  reasonData: z.string().optional(),
  at: z.string(),
})
export type AlarmState = z.output<typeof alarmStateSchema>

export const alarmSchema = z.object({
  arn: z.string(),
  configuration: alarmConfigurationSchema,
  configuredAt: z.string(),
  state: alarmStateSchema,
  transitionedAt: z.string(),
  history: z.array(
    z.object({
      at: z.string(),
      type: z.enum(['ConfigurationUpdate', 'StateUpdate', 'Action']),
      summary: z.string(),
      data: z.string(),
    }),
  ),
})
export type Alarm = z.output<typeof alarmSchema>

/** Keeps the newest entries: CloudWatch keeps those of 30 days, and a flapping alarm must not grow without bound. */
export const withHistory = (alarm: Alarm, entry: Alarm['history'][number]): Alarm => ({
  ...alarm,
  history: [...alarm.history, entry].slice(-500),
})

const simpleStatistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']

export function describeAlarm({ arn, configuration: c, configuredAt, state, transitionedAt }: Alarm): Json {
  return {
    AlarmName: c.name,
    AlarmArn: arn,
    ...(c.description === undefined ? {} : { AlarmDescription: c.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
    ActionsEnabled: c.actionsEnabled,
    OKActions: c.okActions,
    AlarmActions: c.alarmActions,
    InsufficientDataActions: c.insufficientDataActions,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.at),
    StateTransitionedTimestamp: new Date(transitionedAt),
    MetricName: c.metricName,
    Namespace: c.namespace,
    ...(simpleStatistics.includes(c.statistic)
      ? { Statistic: c.statistic }
      : { ExtendedStatistic: c.statistic }),
    Dimensions: Object.entries(c.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: c.periodSeconds,
    ...(c.unit === undefined ? {} : { Unit: c.unit }),
    EvaluationPeriods: c.evaluationPeriods,
    ...(c.datapointsToAlarm === undefined ? {} : { DatapointsToAlarm: c.datapointsToAlarm }),
    Threshold: c.threshold,
    ComparisonOperator: c.comparison,
    ...(c.missing === undefined ? {} : { TreatMissingData: c.missing }),
  }
}
