import { afterEach, expect, test } from 'vitest'
import { schedulerService } from '../../local/scheduler/service.ts'
import { AwsError, type LocalService } from '../../local/service.ts'
import { statesService } from '../../local/states/service.ts'
import { eventually, fakeCloud, recordingService } from '../local/fake-cloud.ts'
import { jsonata, lambda, lambdaAnswer, openEngine, runOn } from '../local/states/fake-engine.ts'

const stops: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
const keep = <Service extends LocalService>(service: Service): Service => {
  stops.push(() => service.stop?.())
  return service
}

const role = 'arn:aws:iam::000000000000:role/r'

test('10 the same name and input while it runs is the same execution; another input, or a closed one, is refused', async () => {
  const held = Promise.withResolvers<void>()
  const functions: LocalService = {
    name: 'lambda',
    actions: {
      async Invoke() {
        await held.promise
        return { StatusCode: 200, Payload: '1' }
      },
    },
  }
  const cloud = fakeCloud([keep(statesService()), functions])
  const definition = JSON.stringify(jsonata({ A: lambda() }))
  const machine = { name: 'm', roleArn: role, definition }
  const { stateMachineArn } = await cloud.ask('states', 'CreateStateMachine', machine)
  const start = (input: string) =>
    cloud.ask('states', 'StartExecution', { stateMachineArn, name: 'x', input })
  const started = await Promise.all(Array.from({ length: 10 }, () => start('{"a":1}')))
  expect(new Set(started.map(({ executionArn }) => executionArn)).size).toBe(1)
  // Other white space is the same input.
  expect(await start('{ "a": 1 }')).toEqual(started[0])
  const refused = { code: 'ExecutionAlreadyExists' }
  await expect(start('{"a":2}')).rejects.toMatchObject(refused)
  held.resolve()
  const { executionArn } = started[0] ?? {}
  await eventually('it ends', async () => {
    const found = await cloud.ask('states', 'DescribeExecution', { executionArn })
    return found.status === 'SUCCEEDED'
  })
  await expect(start('{"a":1}')).rejects.toMatchObject(refused)
  const { executions } = await cloud.ask('states', 'ListExecutions', { stateMachineArn })
  expect(executions).toHaveLength(1)
})

test('11 schedules that missed three days of sleep run once each, not once for every time', async () => {
  const clock = { now: new Date('2026-11-21T00:30:00Z') }
  const target = recordingService('lambda', { Invoke: () => ({}) })
  const before = keep(schedulerService())
  const cloud = fakeCloud([before, target], { now: () => clock.now })
  const schedules = ['rate(5 minutes)', 'rate(1 hour)', 'cron(0 * * * ? *)', 'cron(0 2 * * ? *)']
  for (const [index, ScheduleExpression] of schedules.entries())
    await cloud.ask('scheduler', 'CreateSchedule', {
      Name: `s${index}`,
      ScheduleExpression,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
        RoleArn: role,
        Input: `{"schedule":${index},"time":"<aws.scheduler.scheduled-time>"}`,
      },
    })
  clock.now = new Date('2026-11-24T00:30:00Z')
  await before.start?.(cloud)
  await eventually('all four have run', () => target.calls.length >= schedules.length)
  // A second look finds nothing that is due any more.
  await before.start?.(cloud)
  const told = target.calls.map(({ input }) =>
    JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()),
  )
  expect(told.sort((a, b) => a.schedule - b.schedule)).toEqual([
    { schedule: 0, time: '2026-11-24T00:30:00Z' },
    { schedule: 1, time: '2026-11-24T00:30:00Z' },
    { schedule: 2, time: '2026-11-24T00:00:00Z' },
    { schedule: 3, time: '2026-11-23T02:00:00Z' },
  ])
})

test.each([
  [0, 1, 'SUCCEEDED'],
  [2, 3, 'SUCCEEDED'],
  [3, 4, 'SUCCEEDED'],
  [4, 4, 'FAILED'],
])(
  '12 a service that throttles %i calls is asked %i times and then %s: MaxAttempts is kept exactly',
  async (throttled, asked, status) => {
    let calls = 0
    const { engine } = await openEngine({
      'lambda:Invoke': (input) => {
        calls += 1
        if (calls <= throttled) throw new AwsError('TooManyRequestsException', 'Rate exceeded', 429)
        return lambdaAnswer(() => 'done')(input)
      },
    })
    const Retry = [
      {
        ErrorEquals: ['Lambda.TooManyRequestsException'],
        IntervalSeconds: 1,
        BackoffRate: 1,
        MaxAttempts: 3,
        JitterStrategy: 'FULL',
      },
    ]
    expect((await runOn(engine, jsonata({ A: lambda({ Retry }) }))).status).toBe(status)
    expect(calls).toBe(asked)
  },
)

test('12 States.ALL retries and catches neither States.Runtime nor an output that is too large', async () => {
  let calls = 0
  const { engine } = await openEngine({
    'lambda:Invoke': lambdaAnswer(() => {
      calls += 1
      return 'x'.repeat(1_000)
    }),
  })
  const all = { ErrorEquals: ['States.ALL'] }
  const guarded = { Retry: [{ ...all, IntervalSeconds: 1 }], Catch: [{ ...all, Next: 'Caught' }] }
  const Caught = { Type: 'Pass', End: true }
  const large = lambda({ Output: '{% $join([1..300].$states.result.Payload) %}', ...guarded })
  expect(await runOn(engine, jsonata({ A: large, Caught }))).toMatchObject({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
  })
  expect(calls).toBe(1)
  const choice = { Type: 'Choice', Choices: [{ Condition: false, Next: 'Caught' }] }
  const { QueryLanguage: _, ...branch } = jsonata({ C: choice, Caught })
  const nested = { Type: 'Parallel', Branches: [branch], ...guarded, End: true }
  expect(await runOn(engine, jsonata({ P: nested, Caught }), {}, 'two')).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
  })
})
