/** The project's alarms and their states. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import type { Context } from './context.ts'

export async function readAlarms({ cloudwatch, names, project }: Context) {
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${names.prefix}${project}-` }),
  )
  return MetricAlarms.map((alarm) => ({
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    reason: alarm.StateReason ?? '',
    since: alarm.StateUpdatedTimestamp?.toISOString(),
  }))
}
