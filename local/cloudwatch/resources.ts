/** The Pulumi types of CloudWatch: a metric alarm and a dashboard. */
import * as z from 'zod'
import type { Call, Json, ResourceType } from '../service.ts'

const alarmInputs = z.object({
  name: z.string(),
  alarmDescription: z.string().optional(),
  actionsEnabled: z.boolean().optional(),
  okActions: z.array(z.string()).optional(),
  alarmActions: z.array(z.string()).optional(),
  insufficientDataActions: z.array(z.string()).optional(),
  metricName: z.string().optional(),
  namespace: z.string().optional(),
  statistic: z.string().optional(),
  extendedStatistic: z.string().optional(),
  dimensions: z.record(z.string(), z.string()).optional(),
  period: z.number().optional(),
  unit: z.string().optional(),
  evaluationPeriods: z.number(),
  datapointsToAlarm: z.number().optional(),
  threshold: z.number().optional(),
  comparisonOperator: z.string(),
  treatMissingData: z.string().optional(),
  metricQueries: z.array(z.record(z.string(), z.unknown())).optional(),
  tags: z.record(z.string(), z.string()).optional(),
})

async function putAlarm(inputs: Json, { cloud, principal }: Call) {
  const { name, dimensions, metricQueries, tags, ...alarm } = alarmInputs.parse(inputs)
  if (metricQueries !== undefined)
    throw new TypeError(`alarm ${name}: the local cloud evaluates one metric, not metricQueries`)
  const members = Object.entries(alarm).flatMap(([key, value]) =>
    value === undefined ? [] : [[apiName(key), value] as const],
  )
  const request = {
    AlarmName: name,
    ...Object.fromEntries(members),
    Dimensions: Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
  }
  await cloud.call('monitoring', 'PutMetricAlarm', request, principal)
  const arn = cloud.arn('cloudwatch', `alarm:${name}`)
  return { id: name, outputs: { ...inputs, arn, tagsAll: tags ?? {} } }
}

const apiName = (key: string) =>
  key === 'okActions' ? 'OKActions' : `${key.charAt(0).toUpperCase()}${key.slice(1)}`

export const metricAlarmResource: ResourceType = {
  replaceOn: ['name'],
  create: putAlarm,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putAlarm(inputs, call)).outputs }),
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('monitoring', 'DeleteAlarms', { AlarmNames: [id] }, principal)
  },
}

const dashboardInputs = z.object({ dashboardName: z.string(), dashboardBody: z.string() })

async function putDashboard(inputs: Json, { cloud, principal }: Call) {
  const { dashboardName: name, dashboardBody: body } = dashboardInputs.parse(inputs)
  await cloud.call('monitoring', 'PutDashboard', { DashboardName: name, DashboardBody: body }, principal)
  const dashboardArn = `arn:${cloud.partition}:cloudwatch::${cloud.accountId}:dashboard/${name}`
  return { id: name, outputs: { ...inputs, dashboardArn } }
}

export const dashboardResource: ResourceType = {
  replaceOn: ['dashboardName'],
  create: putDashboard,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putDashboard(inputs, call)).outputs }),
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('monitoring', 'DeleteDashboards', { DashboardNames: [id] }, principal)
  },
}
