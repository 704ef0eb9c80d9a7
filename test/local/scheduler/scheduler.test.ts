import { afterEach, describe, expect, test } from 'vitest'
import { schedulerService } from '../../../local/scheduler/service.ts'
import type { Json } from '../../../local/service.ts'
import { eventually, type FakeCloud, fakeCloud, recordingService } from '../fake-cloud.ts'

const stops: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:start-run:live'
const RoleArn = 'arn:aws:iam::000000000000:role/schedule'

const schedule = (change: Json = {}): Json => ({
  Name: 'nightly',
  ScheduleExpression: 'cron(0 2 * * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: {
    Arn: functionArn,
    RoleArn,
    Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>","pipeline":"inference"}',
  },
  ...change,
})

/** A cloud whose clock stands where it is put. */
function clockwork(time: string, directory?: string) {
  const clock = { now: new Date(time) }
  const service = schedulerService()
  stops.push(() => service.stop?.())
  const lambda = recordingService('lambda', { Invoke: () => ({}) })
  const cloud = fakeCloud([service, lambda], {
    now: () => clock.now,
    ...(directory === undefined ? {} : { directory }),
  })
  return { cloud, service, lambda, clock, directory: () => cloud.directory('').replace(/\/$/, '') }
}

const ask = (cloud: FakeCloud, action: string, input: Json) => cloud.ask('scheduler', action, input)
const payload = ({ input }: { input: Json }) =>
  JSON.parse(Buffer.from(input.Payload as Uint8Array).toString())

describe('a schedule', () => {
  test('calls its target as its role, with the time at which it was due', async () => {
    const { cloud, service, lambda, clock } = clockwork('2026-11-21T01:00:00Z')
    await ask(cloud, 'CreateSchedule', schedule())
    clock.now = new Date('2026-11-21T02:00:03Z')
    await service.start?.(cloud)
    const call = await eventually('the target is called', () => lambda.calls[0])
    expect(call.as).toBe(RoleArn)
    expect(payload(call)).toEqual({ scheduledTime: '2026-11-21T02:00:00Z', pipeline: 'inference' })
  })

  test('makes up for three days of sleep with one run, and none after a restart', async () => {
    const first = clockwork('2026-11-21T01:00:00Z')
    await ask(first.cloud, 'CreateSchedule', schedule())
    await first.service.stop?.()
    const woken = clockwork('2026-11-24T12:00:00Z', first.directory())
    await woken.service.start?.(woken.cloud)
    const call = await eventually('the target is called', () => woken.lambda.calls[0])
    expect(payload(call).scheduledTime).toBe('2026-11-24T02:00:00Z')
    await eventually('the run is recorded', () =>
      woken.cloud.lines.find((line) => line.includes('4 times were missed')),
    )
    await woken.service.start?.(woken.cloud)
    expect(woken.lambda.calls).toHaveLength(1)
    await woken.service.stop?.()
    const again = clockwork('2026-11-24T13:00:00Z', first.directory())
    await again.service.start?.(again.cloud)
    expect(again.lambda.calls).toEqual([])
  })

  test('that is disabled or changed owes nothing for the past', async () => {
    const { cloud, service, lambda, clock } = clockwork('2026-11-21T01:00:00Z')
    await ask(cloud, 'CreateSchedule', schedule({ State: 'DISABLED' }))
    clock.now = new Date('2026-11-22T12:00:00Z')
    await service.start?.(cloud)
    await ask(cloud, 'UpdateSchedule', schedule({ State: 'ENABLED' }))
    expect(lambda.calls).toEqual([])
  })

  test('is described, listed and deleted', async () => {
    const { cloud } = clockwork('2026-11-21T01:00:00Z')
    await ask(cloud, 'CreateSchedule', schedule())
    await expect(ask(cloud, 'CreateSchedule', schedule())).rejects.toMatchObject({
      code: 'ConflictException',
      message: 'Schedule nightly already exists.',
    })
    expect(await ask(cloud, 'GetSchedule', { Name: 'nightly' })).toMatchObject({
      Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
    })
    expect((await ask(cloud, 'ListSchedules', {})).Schedules).toMatchObject([{ Name: 'nightly' }])
    await ask(cloud, 'DeleteSchedule', { Name: 'nightly' })
    await expect(ask(cloud, 'GetSchedule', { Name: 'nightly' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Schedule nightly does not exist.',
    })
  })

  test('comes and goes with its Pulumi type', async () => {
    const { cloud } = clockwork('2026-11-21T01:00:00Z')
    const type = cloud.resource('aws:scheduler/schedule:Schedule')
    const call = cloud.callAs(cloud.root.arn)
    const inputs = {
      name: 'nightly',
      scheduleExpression: 'cron(0 2 * * ? *)',
      scheduleExpressionTimezone: 'Europe/Berlin',
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: functionArn, roleArn: RoleArn, retryPolicy: { maximumRetryAttempts: 2 } },
    }
    const { id, outputs } = await type.create(inputs, call)
    expect(await ask(cloud, 'GetSchedule', { Name: 'nightly' })).toMatchObject({
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: { Arn: functionArn, RetryPolicy: { MaximumRetryAttempts: 2 } },
    })
    await type.delete(id, outputs, call)
    expect((await ask(cloud, 'ListSchedules', {})).Schedules).toEqual([])
  })
})
