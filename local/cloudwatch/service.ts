/** CloudWatch on the laptop: metrics, and alarms that change state as data arrive. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type Cloud, type LocalService } from '../service.ts'
import { stateValue } from './alarm.ts'
import { AlarmWatch } from './alarm-watch.ts'
import { deleteDashboards, getDashboard, listDashboards, openDashboards, putDashboard } from './dashboards.ts'
import { describeAlarmHistory, describeAlarms } from './describe-alarms.ts'
import { getMetricData, getMetricStatistics, listMetrics } from './get-metric-data.ts'
import { MetricStore } from './metric-store.ts'
import { readAlarmConfiguration } from './put-metric-alarm.ts'
import { codes, readMetricData } from './put-metric-data.ts'
import { dashboardResource, metricAlarmResource } from './resources.ts'

function open(cloud: Cloud) {
  const metrics = new MetricStore(cloud.directory('monitoring'), cloud.now())
  return { metrics, watch: new AlarmWatch(cloud, metrics), dashboards: openDashboards(cloud) }
}

const stateRequest = z.object({
  AlarmName: z.string().min(1).max(255),
  StateValue: stateValue,
  StateReason: z.string().max(1023),
  StateReasonData: z.string().max(4000).optional(),
})
const deletion = z.object({ AlarmNames: z.array(z.string()).max(100) })

export function monitoringService(): LocalService {
  let opened: ReturnType<typeof open> | undefined
  const state = ({ cloud }: { cloud: Cloud }) => {
    opened ??= open(cloud)
    return opened
  }
  return {
    name: 'monitoring',
    actions: {
      async PutMetricData(input, call) {
        const { metrics, watch } = state(call)
        const data = readMetricData(input, call.cloud.now())
        metrics.append(data)
        watch.dataArrived(data.map(({ metric }) => metric))
        return {}
      },
      GetMetricData: async (input, call) => getMetricData(input, state(call).metrics),
      GetMetricStatistics: async (input, call) => getMetricStatistics(input, state(call).metrics),
      ListMetrics: async (input, call) => listMetrics(input, state(call).metrics),
      async PutMetricAlarm(input, call) {
        state(call).watch.configure(readAlarmConfiguration(input))
        return {}
      },
      DescribeAlarms: async (input, call) => describeAlarms(input, state(call).watch.alarms.values()),
      DescribeAlarmHistory: async (input, call) =>
        describeAlarmHistory(input, state(call).watch.alarms.values()),
      async SetAlarmState(input, call) {
        const { watch } = state(call)
        const request = acceptInput(stateRequest, input, codes.shape)
        if (!watch.alarms.has(request.AlarmName))
          throw new AwsError('ResourceNotFound', `Unknown alarm: ${request.AlarmName}`, 404)
        watch.setState(request.AlarmName, {
          value: request.StateValue,
          reason: request.StateReason,
          ...(request.StateReasonData === undefined ? {} : { reasonData: request.StateReasonData }),
          at: call.cloud.now().toISOString(),
        })
        return {}
      },
      async DeleteAlarms(input, call) {
        const { alarms } = state(call).watch
        for (const name of acceptInput(deletion, input, codes.shape).AlarmNames) alarms.delete(name)
        return {}
      },
      PutDashboard: async (input, call) => putDashboard(input, call.cloud, state(call).dashboards),
      GetDashboard: async (input, call) => getDashboard(input, state(call).dashboards),
      ListDashboards: async (_input, call) => listDashboards(state(call).dashboards),
      DeleteDashboards: async (input, call) => deleteDashboards(input, state(call).dashboards),
    },
    resources: {
      'aws:cloudwatch/metricAlarm:MetricAlarm': metricAlarmResource,
      'aws:cloudwatch/dashboard:Dashboard': dashboardResource,
    },
    start: async (cloud) => {
      state({ cloud })
    },
    stop: async () => opened?.watch.stop(),
  }
}
