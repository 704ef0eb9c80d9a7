import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { monitoringService } from '../../../local/cloudwatch/service.ts'
import type { Json } from '../../../local/service.ts'
import {
  eventually,
  type FakeCloud,
  type FakeCloudOptions,
  fakeCloud,
  recordingService,
} from '../fake-cloud.ts'

const stops: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const topic = 'arn:aws:sns:us-east-1:000000000000:alerts'

function monitored(options: FakeCloudOptions = {}) {
  const service = monitoringService()
  stops.push(() => service.stop?.())
  const sns = recordingService('sns', { Publish: () => ({ MessageId: 'm' }) })
  return { cloud: fakeCloud([service, sns], options), sns }
}

const ask = (cloud: FakeCloud, action: string, input: Json = {}) => cloud.ask('monitoring', action, input)
const put = (cloud: FakeCloud, ...values: number[]) =>
  ask(cloud, 'PutMetricData', {
    Namespace: 'Regimen',
    MetricData: values.map((Value) => ({ MetricName: 'WeightedDriftScore', Dimensions: dimensions, Value })),
  })

const dimensions = [{ Name: 'project', Value: 'demo' }]
const driftAlarm = (change: Json = {}): Json => ({
  AlarmName: 'drift',
  Namespace: 'Regimen',
  MetricName: 'WeightedDriftScore',
  Dimensions: dimensions,
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0.2,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  AlarmActions: [topic],
  ...change,
})

const alarmState = async (cloud: FakeCloud) => {
  const { MetricAlarms } = await ask(cloud, 'DescribeAlarms', { AlarmNames: ['drift'] })
  return (MetricAlarms as Json[])[0]?.StateValue
}

describe('alarms', () => {
  // Feature: mlops-platform, Property 33: Alarm triggering on threshold breach
  test('for any threshold and drift score the alarm fires exactly when the score exceeds it', async () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(score, score, async (Threshold, value) => {
        const { cloud, sns } = monitored()
        await ask(cloud, 'PutMetricAlarm', driftAlarm({ Threshold }))
        await put(cloud, value)
        expect(await alarmState(cloud)).toBe(value > Threshold ? 'ALARM' : 'OK')
        expect(sns.calls.length).toBe(value > Threshold ? 1 : 0)
      }),
      { numRuns: 100 },
    )
  })

  test('tells the topic once per change of state, as CloudWatch words it, and EventBridge too', async () => {
    const { cloud, sns } = monitored()
    await ask(cloud, 'PutMetricAlarm', driftAlarm())
    await put(cloud, 0.5)
    await put(cloud, 0.6)
    expect(sns.calls).toHaveLength(1)
    const { input } = sns.calls[0]!
    expect(input).toMatchObject({ TopicArn: topic, Subject: 'ALARM: "drift" in US East (N. Virginia)' })
    expect(JSON.parse(String(input.Message))).toMatchObject({
      AlarmName: 'drift',
      AWSAccountId: '000000000000',
      NewStateValue: 'ALARM',
      OldStateValue: 'OK',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:drift',
      Trigger: {
        MetricName: 'WeightedDriftScore',
        Namespace: 'Regimen',
        StatisticType: 'Statistic',
        Statistic: 'MAXIMUM',
        Dimensions: [{ name: 'project', value: 'demo' }],
        Period: 60,
        Threshold: 0.2,
        TreatMissingData: 'notBreaching',
      },
    })
    expect(cloud.emitted.at(-1)).toMatchObject({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      detail: { alarmName: 'drift', state: { value: 'ALARM' }, previousState: { value: 'OK' } },
    })
  })

  test('keep a history of configuration, states and actions', async () => {
    const { cloud } = monitored()
    await ask(cloud, 'PutMetricAlarm', driftAlarm())
    await put(cloud, 0.5)
    const items = await eventually('the action is recorded', async () => {
      const { AlarmHistoryItems } = await ask(cloud, 'DescribeAlarmHistory', {
        AlarmName: 'drift',
        ScanBy: 'TimestampAscending',
      })
      const found = AlarmHistoryItems as Json[]
      return found.some(({ HistoryItemType }) => HistoryItemType === 'Action') ? found : undefined
    })
    expect(items.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm "drift" created',
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm updated from OK to ALARM',
      `Successfully executed action ${topic}`,
    ])
  })

  test('keep their state over a restart and over a change of their configuration', async () => {
    const { cloud } = monitored()
    await ask(cloud, 'PutMetricAlarm', driftAlarm())
    await put(cloud, 0.5)
    const restarted = monitored({ directory: cloud.directory('').replace(/\/$/, '') })
    expect(await alarmState(restarted.cloud)).toBe('ALARM')
    await ask(restarted.cloud, 'PutMetricAlarm', driftAlarm({ AlarmDescription: 'changed' }))
    expect(await alarmState(restarted.cloud)).toBe('ALARM')
    expect(restarted.sns.calls).toEqual([])
  })

  test('are set by hand, and say nothing when their actions are off', async () => {
    const { cloud, sns } = monitored()
    await ask(cloud, 'PutMetricAlarm', driftAlarm({ ActionsEnabled: false }))
    await ask(cloud, 'SetAlarmState', { AlarmName: 'drift', StateValue: 'ALARM', StateReason: 'rehearsal' })
    expect(await alarmState(cloud)).toBe('ALARM')
    expect(sns.calls).toEqual([])
    await expect(
      ask(cloud, 'SetAlarmState', { AlarmName: 'none', StateValue: 'OK', StateReason: '' }),
    ).rejects.toMatchObject({ code: 'ResourceNotFound', status: 404 })
  })

  test('come and go with their Pulumi type', async () => {
    const { cloud } = monitored()
    const type = cloud.resource('aws:cloudwatch/metricAlarm:MetricAlarm')
    const call = cloud.callAs(cloud.root.arn)
    const inputs = {
      name: 'drift',
      namespace: 'Regimen',
      metricName: 'WeightedDriftScore',
      dimensions: { project: 'demo' },
      statistic: 'Maximum',
      period: 60,
      evaluationPeriods: 1,
      threshold: 0.2,
      comparisonOperator: 'GreaterThanThreshold',
      okActions: [topic],
    }
    const { id, outputs } = await type.create(inputs, call)
    expect(outputs.arn).toBe('arn:aws:cloudwatch:us-east-1:000000000000:alarm:drift')
    await put(cloud, 0.5)
    expect(await alarmState(cloud)).toBe('ALARM')
    await type.delete(id, outputs, call)
    expect(await alarmState(cloud)).toBeUndefined()
  })
})

describe('metrics', () => {
  const range = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date(Date.now() + 3_600_000) }

  test('are had back as statistics per period', async () => {
    const { cloud } = monitored()
    const Timestamp = new Date(Math.floor(Date.now() / 60_000) * 60_000)
    await ask(cloud, 'PutMetricData', {
      Namespace: 'Regimen',
      MetricData: [
        { MetricName: 'Latency', Values: [1, 2, 10], Counts: [5, 4, 1], Timestamp },
        { MetricName: 'Latency', Value: 4, Timestamp },
      ],
    })
    const statistics = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum', 'p50', 'p100']
    const { MetricDataResults } = await ask(cloud, 'GetMetricData', {
      ...range,
      MetricDataQueries: statistics.map((Stat, at) => ({
        Id: `m${at}`,
        MetricStat: { Metric: { Namespace: 'Regimen', MetricName: 'Latency' }, Period: 60, Stat },
      })),
    })
    expect((MetricDataResults as Json[]).map(({ Values }) => Values)).toEqual([
      [11],
      [27],
      [27 / 11],
      [1],
      [10],
      [2],
      [10],
    ])
    expect(
      await ask(cloud, 'GetMetricStatistics', {
        ...range,
        Namespace: 'Regimen',
        MetricName: 'Latency',
        Period: 60,
        Statistics: ['Sum'],
        ExtendedStatistics: ['p99'],
      }),
    ).toEqual({
      Label: 'Latency',
      Datapoints: [{ Timestamp, Unit: 'None', Sum: 27, ExtendedStatistics: { p99: 10 } }],
    })
  })

  test('survive a restart; what a crash tore is dropped, what came before is kept', async () => {
    const { cloud } = monitored()
    await put(cloud, 0.5, 0.25)
    appendFileSync(join(cloud.directory('monitoring'), 'metrics.jsonl'), '{"namespace":"Regi')
    const restarted = monitored({ directory: cloud.directory('').replace(/\/$/, '') }).cloud
    await put(restarted, 1)
    const again = monitored({ directory: cloud.directory('').replace(/\/$/, '') }).cloud
    const { Datapoints } = await ask(again, 'GetMetricStatistics', {
      ...range,
      Namespace: 'Regimen',
      MetricName: 'WeightedDriftScore',
      Dimensions: dimensions,
      Period: 86_400,
      Statistics: ['SampleCount', 'Sum'],
    })
    expect((Datapoints as Json[]).reduce((sum, { Sum }) => sum + Number(Sum), 0)).toBe(1.75)
  })

  test('are listed by namespace, name and dimension', async () => {
    const { cloud } = monitored()
    await put(cloud, 1)
    expect(
      await ask(cloud, 'ListMetrics', { Namespace: 'Regimen', Dimensions: [{ Name: 'project' }] }),
    ).toEqual({
      Metrics: [{ Namespace: 'Regimen', MetricName: 'WeightedDriftScore', Dimensions: dimensions }],
    })
    expect(await ask(cloud, 'ListMetrics', { Dimensions: [{ Name: 'brand' }] })).toEqual({ Metrics: [] })
  })

  const refused: [string, Json, string][] = [
    ['a namespace of AWS', { Namespace: 'AWS/Lambda' }, 'The value AWS/ for parameter Namespace is invalid.'],
    [
      'NaN',
      { Namespace: 'R', MetricData: [{ MetricName: 'm', Value: Number.NaN }] },
      'The value NaN for parameter MetricData.member.1.Value is invalid.',
    ],
    [
      'a value and a set at once',
      { Namespace: 'R', MetricData: [{ MetricName: 'm', Value: 1, Values: [1] }] },
      'The parameters MetricData.member.1.Value, MetricData.member.1.Values and MetricData.member.1.StatisticValues are mutually exclusive and you have specified more than one.',
    ],
    [
      'a time far ahead',
      {
        Namespace: 'R',
        MetricData: [{ MetricName: 'm', Value: 1, Timestamp: new Date(Date.now() + 3 * 3_600_000) }],
      },
      'The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future.',
    ],
  ]
  for (const [what, input, message] of refused)
    test(`refuse ${what}`, async () => {
      await expect(ask(monitored().cloud, 'PutMetricData', input)).rejects.toMatchObject({ message })
    })
})

test('a dashboard is kept, and refused when its body is no JSON', async () => {
  const { cloud } = monitored()
  const type = cloud.resource('aws:cloudwatch/dashboard:Dashboard')
  const inputs = { dashboardName: 'regimen-dev', dashboardBody: '{"widgets":[]}' }
  const { outputs } = await type.create(inputs, cloud.callAs(cloud.root.arn))
  expect(outputs.dashboardArn).toBe('arn:aws:cloudwatch::000000000000:dashboard/regimen-dev')
  expect(await ask(cloud, 'GetDashboard', { DashboardName: 'regimen-dev' })).toMatchObject({
    DashboardBody: '{"widgets":[]}',
  })
  await expect(
    ask(cloud, 'PutDashboard', { DashboardName: 'regimen-dev', DashboardBody: '{' }),
  ).rejects.toMatchObject({ code: 'InvalidParameterInput' })
})
