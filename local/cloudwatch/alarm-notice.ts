/** What an alarm tells when its state changes: the SNS message and the EventBridge event, as CloudWatch writes them. */
import type { Json } from '../service.ts'
import type { Alarm, AlarmState } from './alarm.ts'
import { amazonTime } from './alarm-evaluation.ts'

/** SNS messages name the region in words; a region that is not listed keeps its code. */
const regionNames: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-central-1': 'EU (Frankfurt)',
}

export const noticeSubject = ({ configuration, state }: Alarm, region: string) =>
  `${state.value}: "${configuration.name}" in ${regionNames[region] ?? region}`.slice(0, 99)

/** The JSON text that an alarm action publishes to SNS. */
export function noticeMessage(alarm: Alarm, previous: AlarmState, account: string, region: string): string {
  const { configuration: c, state } = alarm
  const extended = c.statistic.startsWith('p')
  return JSON.stringify({
    AlarmName: c.name,
    AlarmDescription: c.description ?? null,
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: amazonTime(new Date(alarm.configuredAt)),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: amazonTime(new Date(state.at)),
    Region: regionNames[region] ?? region,
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    OKActions: c.okActions,
    AlarmActions: c.alarmActions,
    InsufficientDataActions: c.insufficientDataActions,
    Trigger: {
      MetricName: c.metricName,
      Namespace: c.namespace,
      StatisticType: extended ? 'ExtendedStatistic' : 'Statistic',
      ...(extended ? { ExtendedStatistic: c.statistic } : { Statistic: c.statistic.toUpperCase() }),
      Unit: c.unit ?? null,
      Dimensions: Object.entries(c.dimensions).map(([name, value]) => ({ value, name })),
      Period: c.periodSeconds,
      EvaluationPeriods: c.evaluationPeriods,
      ...(c.datapointsToAlarm === undefined ? {} : { DatapointsToAlarm: c.datapointsToAlarm }),
      ComparisonOperator: c.comparison,
      Threshold: c.threshold,
      TreatMissingData: c.missing ?? 'missing',
      EvaluateLowSampleCountPercentile: '',
    },
  })
}

/** The `detail` of "CloudWatch Alarm State Change". */
export function noticeEvent({ configuration: c, state }: Alarm, previous: AlarmState): Json {
  return {
    alarmName: c.name,
    state: eventState(state),
    previousState: eventState(previous),
    configuration: {
      ...(c.description === undefined ? {} : { description: c.description }),
      metrics: [
        {
          id: 'm1',
          metricStat: {
            metric: { namespace: c.namespace, name: c.metricName, dimensions: c.dimensions },
            period: c.periodSeconds,
            stat: c.statistic,
          },
          returnData: true,
        },
      ],
    },
  }
}

const eventState = ({ value, reason, reasonData, at }: AlarmState): Json => ({
  value,
  reason,
  ...(reasonData === undefined ? {} : { reasonData }),
  timestamp: amazonTime(new Date(at)),
})
