/** CloudWatch: metrics in and out, alarms, dashboards. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListDashboardsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_${action}.html`
const topic = 'arn:aws:sns:us-east-1:000000000000:alerts'
/** The start of a minute that lies wholly in the past. */
const minute = new Date(Math.floor(Date.now() / 60_000 - 10) * 60_000)
const after = (seconds: number) => new Date(minute.getTime() + seconds * 1_000)
const Dimensions = [{ Name: 'Project', Value: 'adherence' }]

function open({ client }: Server) {
  const monitoring = new CloudWatchClient(client)
  const Namespace = unique('Contract')
  return {
    monitoring,
    Namespace,
    put: async (...MetricData: MetricDatum[]) =>
      await monitoring.send(new PutMetricDataCommand({ Namespace, MetricData })),
    async data(MetricName: string, Stat: string, more = {}) {
      const Metric = { Namespace, MetricName, ...more }
      const { MetricDataResults } = await monitoring.send(
        new GetMetricDataCommand({
          StartTime: minute,
          EndTime: after(300),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [{ Id: 'q', MetricStat: { Metric, Period: 60, Stat } }],
        }),
      )
      return MetricDataResults?.[0]
    },
    async alarm(name: string, more: Partial<PutMetricAlarmCommandInput> = {}) {
      const AlarmName = `${Namespace}-${name}`
      await monitoring.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Namespace,
          MetricName: 'DriftScore',
          Dimensions,
          Statistic: 'Maximum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 0.3,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          ...more,
        }),
      )
      return AlarmName
    },
    async describe(AlarmName: string) {
      const { MetricAlarms } = await monitoring.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }))
      return MetricAlarms?.[0]
    },
  }
}

contract('CloudWatch', open, (agree) => {
  agree('sums, averages and counts what was put within a period', async ({ put, data }) => {
    const values = [1, 2, 6].map((Value, at) => ({ MetricName: 'Rows', Value, Timestamp: after(at) }))
    await put(...values, { MetricName: 'Rows', Value: 10, Timestamp: after(60) })
    expect((await data('Rows', 'Sum'))?.Values).toEqual([9, 10])
    expect((await data('Rows', 'Average'))?.Values).toEqual([3, 10])
    expect((await data('Rows', 'SampleCount'))?.Values).toEqual([3, 1])
    expect((await data('Rows', 'Minimum'))?.Values).toEqual([1, 10])
    expect((await data('Rows', 'Maximum'))?.Values).toEqual([6, 10])
    const { Id, StatusCode, Timestamps } = (await data('Rows', 'Sum')) ?? {}
    expect([Id, StatusCode]).toEqual(['q', 'Complete'])
    expect(Timestamps?.map(Number)).toEqual([after(0), after(60)].map(Number))
  })

  agree('keeps metrics of other dimensions apart', async ({ put, data }) => {
    const datum = { MetricName: 'Apart', Timestamp: after(1) }
    await put({ ...datum, Value: 1, Dimensions }, { ...datum, Value: 2 })
    expect((await data('Apart', 'Sum', { Dimensions }))?.Values).toEqual([1])
    const other = [{ Name: 'Project', Value: 'other' }]
    expect((await data('Apart', 'Sum', { Dimensions: other }))?.Values).toEqual([])
  })

  agree('takes values with counts, and statistic sets', async ({ put, data }) => {
    await put({ MetricName: 'Counted', Timestamp: after(1), Values: [1, 4], Counts: [3, 1] })
    expect((await data('Counted', 'Sum'))?.Values).toEqual([7])
    const StatisticValues = { SampleCount: 4, Sum: 20, Minimum: 2, Maximum: 9 }
    await put({ MetricName: 'Set', Timestamp: after(1), StatisticValues })
    expect((await data('Set', 'Average'))?.Values).toEqual([5])
    expect((await data('Set', 'Maximum'))?.Values).toEqual([9])
  })

  agree(
    'answers statistics of a period',
    {
      moto: 'dates a period by its first datum instead of its start',
      documented: documented('GetMetricStatistics'),
    },
    async ({ put, monitoring, Namespace }) => {
      await put(
        { MetricName: 'Statistics', Value: 1, Timestamp: after(1), Unit: 'None' },
        { MetricName: 'Statistics', Value: 3, Timestamp: after(2), Unit: 'None' },
      )
      const { Datapoints, Label } = await monitoring.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName: 'Statistics',
          StartTime: minute,
          EndTime: after(60),
          Period: 60,
          Statistics: ['Average', 'Sum', 'SampleCount', 'Minimum', 'Maximum'],
        }),
      )
      expect(Label).toBe('Statistics')
      expect(Datapoints).toMatchObject([
        { Timestamp: minute, Average: 2, Sum: 4, SampleCount: 2, Minimum: 1, Maximum: 3, Unit: 'None' },
      ])
    },
  )

  agree('lists metrics by namespace, name and dimension', async ({ put, monitoring, Namespace }) => {
    await put(
      { MetricName: 'Listed', Value: 1, Dimensions },
      { MetricName: 'Listed', Value: 1, Dimensions: [{ Name: 'Project', Value: 'other' }] },
    )
    const list = async (more = {}) =>
      (await monitoring.send(new ListMetricsCommand({ Namespace, MetricName: 'Listed', ...more }))).Metrics
    expect(await list()).toHaveLength(2)
    expect(await list({ Dimensions })).toEqual([{ Namespace, MetricName: 'Listed', Dimensions }])
    expect(await list({ MetricName: 'Absent' })).toEqual([])
  })

  agree(
    "refuses a datum with two kinds of value, none, or in AWS's own namespace",
    { moto: 'takes the first two', documented: documented('MetricDatum') },
    async ({ put, monitoring }) => {
      const both = { MetricName: 'Bad', Value: 1, Values: [1] }
      expect(await refusal(put(both))).toEqual({ name: 'InvalidParameterCombinationException', status: 400 })
      const none = put({ MetricName: 'Bad' })
      expect(await refusal(none)).toEqual({ name: 'MissingRequiredParameterException', status: 400 })
      const foreign = new PutMetricDataCommand({
        Namespace: 'AWS/SageMaker',
        MetricData: [{ MetricName: 'Bad', Value: 1 }],
      })
      expect((await refusal(monitoring.send(foreign))).name).toBe('InvalidParameterValueException')
    },
  )

  agree('describes an alarm as it was put, without data', async ({ alarm, describe, Namespace }) => {
    const AlarmName = await alarm('described', {
      AlarmDescription: 'drift',
      AlarmActions: [topic],
      OKActions: [topic],
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    })
    const found = await describe(AlarmName)
    expect(found).toMatchObject({
      AlarmName,
      AlarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`,
      AlarmDescription: 'drift',
      ActionsEnabled: true,
      AlarmActions: [topic],
      OKActions: [topic],
      Namespace,
      MetricName: 'DriftScore',
      Dimensions,
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Threshold: 0.3,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    })
    expect(found?.StateUpdatedTimestamp).toBeInstanceOf(Date)
  })

  agree(
    'begins without sufficient data',
    { moto: 'begins as OK', documented: documented('PutMetricAlarm') },
    async ({ alarm, describe }) => {
      const AlarmName = await alarm('fresh', { MetricName: 'Never' })
      expect((await describe(AlarmName))?.StateValue).toBe('INSUFFICIENT_DATA')
    },
  )

  agree('changes an alarm by putting it again', async ({ alarm, describe }) => {
    await alarm('changed')
    const AlarmName = await alarm('changed', { Threshold: 0.5, ActionsEnabled: false })
    expect(await describe(AlarmName)).toMatchObject({ Threshold: 0.5, ActionsEnabled: false })
  })

  agree(
    'sets the state of an alarm by hand and tells it apart by it',
    async ({ alarm, monitoring, describe }) => {
      const AlarmName = await alarm('by-hand')
      const state = { StateValue: 'ALARM', StateReason: 'a drill', StateReasonData: '{"by":"hand"}' } as const
      await monitoring.send(new SetAlarmStateCommand({ AlarmName, ...state }))
      expect(await describe(AlarmName)).toMatchObject(state)
      const { MetricAlarms } = await monitoring.send(
        new DescribeAlarmsCommand({ StateValue: 'ALARM', AlarmNamePrefix: AlarmName }),
      )
      expect(MetricAlarms?.map((found) => found.AlarmName)).toEqual([AlarmName])
    },
  )

  agree(
    'finds alarms by prefix, page by page',
    { moto: 'ignores MaxRecords', documented: documented('DescribeAlarms') },
    async ({ alarm, monitoring, Namespace }) => {
      const names: string[] = []
      for (const at of [1, 2, 3]) names.push(await alarm(`paged-${at}`))
      const page = async (NextToken?: string) =>
        await monitoring.send(
          new DescribeAlarmsCommand({
            AlarmNamePrefix: `${Namespace}-paged`,
            MaxRecords: 2,
            ...(NextToken === undefined ? {} : { NextToken }),
          }),
        )
      const first = await page()
      const second = await page(first.NextToken)
      const found = [...(first.MetricAlarms ?? []), ...(second.MetricAlarms ?? [])]
      expect(first.MetricAlarms).toHaveLength(2)
      expect(found.map(({ AlarmName }) => AlarmName)).toEqual(names)
      expect(second.NextToken).toBeUndefined()
    },
  )

  agree(
    'keeps the history of an alarm',
    { moto: 'has no DescribeAlarmHistory', documented: documented('DescribeAlarmHistory') },
    async ({ alarm, monitoring }) => {
      const AlarmName = await alarm('history')
      const state = { StateValue: 'ALARM', StateReason: 'a drill' } as const
      await monitoring.send(new SetAlarmStateCommand({ AlarmName, ...state }))
      const { AlarmHistoryItems } = await monitoring.send(
        new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'StateUpdate' }),
      )
      expect(AlarmHistoryItems?.[0]).toMatchObject({ AlarmName, HistoryItemType: 'StateUpdate' })
      expect(AlarmHistoryItems?.[0]?.HistorySummary).toMatch(/to ALARM/)
    },
  )

  agree('deletes an alarm', async ({ alarm, monitoring, describe }) => {
    const AlarmName = await alarm('deleted')
    await monitoring.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }))
    expect(await describe(AlarmName)).toBeUndefined()
  })

  agree('knows no alarm of another name', async ({ monitoring }) => {
    const input = { AlarmName: 'absent', StateValue: 'OK', StateReason: 'x' } as const
    const call = monitoring.send(new SetAlarmStateCommand(input))
    expect(await refusal(call)).toEqual({ name: 'ResourceNotFound', status: 404 })
  })

  agree(
    'refuses an alarm with both kinds of statistic, or more datapoints than periods',
    { moto: 'takes both', documented: documented('PutMetricAlarm') },
    async ({ alarm }) => {
      expect((await refusal(alarm('bad', { ExtendedStatistic: 'p99' }))).status).toBe(400)
      expect((await refusal(alarm('bad', { DatapointsToAlarm: 2 }))).status).toBe(400)
    },
  )

  agree('keeps a dashboard', async ({ monitoring, Namespace: DashboardName }) => {
    const DashboardBody = JSON.stringify({ widgets: [] })
    await monitoring.send(new PutDashboardCommand({ DashboardName, DashboardBody }))
    const found = await monitoring.send(new GetDashboardCommand({ DashboardName }))
    expect(found).toMatchObject({
      DashboardName,
      DashboardArn: `arn:aws:cloudwatch::000000000000:dashboard/${DashboardName}`,
    })
    expect(JSON.parse(found.DashboardBody ?? '')).toEqual({ widgets: [] })
    const { DashboardEntries } = await monitoring.send(new ListDashboardsCommand({}))
    expect(DashboardEntries?.find((entry) => entry.DashboardName === DashboardName)?.Size).toBe(
      DashboardBody.length,
    )
    await monitoring.send(new DeleteDashboardsCommand({ DashboardNames: [DashboardName] }))
    const gone = monitoring.send(new GetDashboardCommand({ DashboardName }))
    expect(await refusal(gone)).toEqual({ name: 'ResourceNotFound', status: 404 })
  })
})
