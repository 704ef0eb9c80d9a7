/** DescribeAlarms and DescribeAlarmHistory. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import type { Json } from '../service.ts'
import { type Alarm, describeAlarm, stateValue } from './alarm.ts'
import { codes } from './put-metric-data.ts'

const request = z.object({
  AlarmNames: z.array(z.string()).max(100).optional(),
  AlarmNamePrefix: z.string().min(1).optional(),
  StateValue: stateValue.optional(),
  ActionPrefix: z.string().min(1).optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  NextToken: z.string().optional(),
})

export function describeAlarms(input: Json, alarms: readonly Alarm[]): Json {
  const filter = acceptInput(request, input, codes.shape)
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: value, ActionPrefix: action } = filter
  const found = alarms
    .filter(
      ({ configuration: c, state }) =>
        (names === undefined || names.includes(c.name)) &&
        (prefix === undefined || c.name.startsWith(prefix)) &&
        (value === undefined || state.value === value) &&
        (action === undefined ||
          [...c.okActions, ...c.alarmActions, ...c.insufficientDataActions].some((arn) =>
            arn.startsWith(action),
          )),
    )
    .sort((a, b) => (a.configuration.name < b.configuration.name ? -1 : 1))
  const { page, ...more } = nextPage(found, filter.MaxRecords, filter.NextToken)
  return { MetricAlarms: page.map(describeAlarm), CompositeAlarms: [], ...more }
}

const historyRequest = z.object({
  AlarmName: z.string().optional(),
  HistoryItemType: z.enum(['ConfigurationUpdate', 'StateUpdate', 'Action']).optional(),
  StartDate: timestamp.optional(),
  EndDate: timestamp.optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  NextToken: z.string().optional(),
})

export function describeAlarmHistory(input: Json, alarms: readonly Alarm[]): Json {
  const filter = acceptInput(historyRequest, input, codes.shape)
  const found = alarms
    .filter(({ configuration: c }) => filter.AlarmName === undefined || c.name === filter.AlarmName)
    .flatMap(({ configuration: c, history }) => history.map((entry) => ({ ...entry, name: c.name })))
    .filter(
      ({ type, at }) =>
        (filter.HistoryItemType === undefined || type === filter.HistoryItemType) &&
        (filter.StartDate === undefined || Date.parse(at) >= filter.StartDate.getTime()) &&
        (filter.EndDate === undefined || Date.parse(at) <= filter.EndDate.getTime()),
    )
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  if (filter.ScanBy === 'TimestampDescending') found.reverse()
  const { page, ...more } = nextPage(found, filter.MaxRecords, filter.NextToken)
  return {
    AlarmHistoryItems: page.map(({ name, at, type, summary, data }) => ({
      AlarmName: name,
      AlarmType: 'MetricAlarm',
      Timestamp: new Date(at),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: data,
    })),
    ...more,
  }
}
