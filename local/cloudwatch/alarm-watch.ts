/** Watches alarms: evaluates them on new data and on a timer, records each change of state, and acts on it. */
import { join } from 'node:path'
import { DurableCollection } from '../durable-collection.ts'
import { ownerPrincipal } from '../owner-principal.ts'
import type { Cloud } from '../service.ts'
import { type Alarm, type AlarmConfiguration, type AlarmState, alarmSchema, withHistory } from './alarm.ts'
import { amazonTime, evaluateAlarm } from './alarm-evaluation.ts'
import { noticeEvent, noticeMessage, noticeSubject } from './alarm-notice.ts'
import { type MetricName, type MetricStore, seriesKey } from './metric-store.ts'

/** CloudWatch evaluates once a minute; more often here, since periods of ten seconds exist. */
const timerMillis = 10_000

export class AlarmWatch {
  readonly alarms: DurableCollection<Alarm>
  readonly #cloud: Cloud
  readonly #metrics: MetricStore
  readonly #timer: NodeJS.Timeout

  constructor(cloud: Cloud, metrics: MetricStore) {
    this.#cloud = cloud
    this.#metrics = metrics
    this.alarms = new DurableCollection(join(cloud.directory('monitoring'), 'alarms'), alarmSchema)
    this.#timer = setInterval(() => this.#evaluate(this.alarms.values()), timerMillis)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  configure(configuration: AlarmConfiguration): Alarm {
    const at = this.#cloud.now().toISOString()
    const before = this.alarms.get(configuration.name)
    const alarm: Alarm = {
      arn: this.#cloud.arn('cloudwatch', `alarm:${configuration.name}`),
      configuration,
      configuredAt: at,
      state: before?.state ?? {
        value: 'INSUFFICIENT_DATA',
        reason: 'Unchecked: Initial alarm creation',
        at,
      },
      transitionedAt: before?.transitionedAt ?? at,
      history: before?.history ?? [],
    }
    const done = before === undefined ? 'created' : 'updated'
    const entry = {
      at,
      type: 'ConfigurationUpdate' as const,
      summary: `Alarm "${configuration.name}" ${done}`,
    }
    this.alarms.put(configuration.name, withHistory(alarm, { ...entry, data: '{"version":"1.0"}' }))
    this.#evaluate([alarm])
    return alarm
  }

  /** Called after data arrived: those alarms that watch one of these metrics are evaluated at once. */
  dataArrived(metrics: readonly MetricName[]): void {
    const keys = new Set(metrics.map(seriesKey))
    this.#evaluate(
      this.alarms.values().filter(({ configuration }) => keys.has(seriesKey(watched(configuration)))),
    )
  }

  setState(name: string, state: AlarmState): void {
    const before = this.alarms.get(name)
    if (before === undefined) return
    const changed = before.state.value !== state.value
    const alarm = { ...before, state, ...(changed ? { transitionedAt: state.at } : {}) }
    if (!changed) {
      this.alarms.put(name, alarm)
      return
    }
    const record = withHistory(alarm, {
      at: state.at,
      type: 'StateUpdate',
      summary: `Alarm updated from ${before.state.value} to ${state.value}`,
      data: JSON.stringify({
        version: '1.0',
        oldState: historyState(before.state),
        newState: historyState(state),
      }),
    })
    this.alarms.put(name, record)
    this.#cloud.emit({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      detail: noticeEvent(alarm, before.state),
      resources: [alarm.arn],
    })
    if (alarm.configuration.actionsEnabled) void this.#act(alarm, before.state)
  }

  #evaluate(alarms: readonly Alarm[]): void {
    const now = this.#cloud.now()
    for (const { configuration } of alarms) {
      const verdict = evaluateAlarm(configuration, this.#metrics.points(watched(configuration)), now)
      const current = this.alarms.get(configuration.name)
      // Only changes are worth a write: the timer comes often.
      if (verdict === undefined || current === undefined || current.state.value === verdict.value) continue
      this.setState(configuration.name, { ...verdict, at: now.toISOString() })
    }
  }

  async #act(alarm: Alarm, previous: AlarmState): Promise<void> {
    const { configuration: c, state } = alarm
    const actions = { ALARM: c.alarmActions, OK: c.okActions, INSUFFICIENT_DATA: c.insufficientDataActions }
    for (const arn of actions[state.value]) {
      const problem = await this.#publish(arn, alarm, previous).catch((error: unknown) =>
        error instanceof Error ? error.name : 'failed',
      )
      const summary =
        problem === undefined
          ? `Successfully executed action ${arn}`
          : `Failed to execute action ${arn}. Received error: "${problem}"`
      this.#cloud.log(`monitoring: alarm ${c.name} ${state.value}: ${summary}`)
      const current = this.alarms.get(c.name)
      if (current === undefined) return
      const at = this.#cloud.now().toISOString()
      const data = JSON.stringify({
        actionState: problem === undefined ? 'Succeeded' : 'Failed',
        notificationResource: arn,
      })
      this.alarms.put(c.name, withHistory(current, { at, type: 'Action', summary, data }))
    }
  }

  async #publish(arn: string, alarm: Alarm, previous: AlarmState): Promise<string | undefined> {
    if (arn.split(':')[2] !== 'sns') return 'the local cloud runs SNS actions only'
    const { accountId, region } = this.#cloud
    const source = this.#cloud.arn('cloudwatch', `alarm:${alarm.configuration.name}`)
    // A topic's default policy lets the alarms of its account in.
    const allowed = this.#cloud.access?.permits('cloudwatch.amazonaws.com', 'sns:Publish', arn, source, true)
    if (allowed === false) return `the policy of ${arn} does not let cloudwatch.amazonaws.com publish`
    const message = {
      TopicArn: arn,
      Subject: noticeSubject(alarm, region),
      Message: noticeMessage(alarm, previous, accountId, region),
    }
    await this.#cloud.call('sns', 'Publish', message, ownerPrincipal(this.#cloud))
    return undefined
  }
}

const watched = ({ namespace, metricName: name, dimensions }: AlarmConfiguration): MetricName => ({
  namespace,
  name,
  dimensions,
})

const historyState = ({ value, reason, reasonData, at }: AlarmState) => ({
  stateValue: value,
  stateReason: reason,
  stateUpdatedTimestamp: amazonTime(new Date(at)),
  ...(reasonData === undefined ? {} : { stateReasonData: JSON.parse(reasonData) as unknown }),
})
