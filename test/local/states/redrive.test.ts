import { describe, expect, test } from 'vitest'
import { AwsError, type LocalService } from '../../../local/service.ts'
import { redrivability } from '../../../local/states/redrivable.ts'
import { statesService } from '../../../local/states/service.ts'
import { eventually, type FakeCloud, fakeCloud } from '../fake-cloud.ts'
import {
  eventsOf,
  executionArn,
  jsonata,
  lambda,
  lambdaAnswer,
  openEngine,
  runOn,
  startOf,
} from './fake-engine.ts'

/** A Lambda that fails for the payloads in `broken` as long as they are there, and tells what it was asked. */
function flaky(broken: Set<unknown>) {
  const asked: unknown[] = []
  const answer = lambdaAnswer(async (payload) => {
    asked.push(payload)
    if (broken.has(payload)) throw new AwsError('ServiceException', 'the function is down', 500)
    return `${payload}!`
  })
  return { asked, answers: { 'lambda:Invoke': answer } }
}

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const payload = (text: string, extra: Record<string, unknown> = {}) =>
  lambda({ Arguments: { FunctionName: 'f', Payload: text }, ...extra })

describe('a redriven execution', () => {
  test('goes on at the failed state: what had succeeded is not run again, names count the redrive', async () => {
    const broken = new Set(['b-0'])
    const { asked, answers } = flaky(broken)
    const { engine } = await openEngine(answers)
    const machine = jsonata({
      A: payload('a', { Assign: { a: '{% $states.result.Payload %}' }, End: undefined, Next: 'B' }),
      B: payload("{% 'b-' & $string($states.context.Execution.RedriveCount) %}", {
        Output:
          "{% $a & $states.result.Payload & ($exists($states.context.Execution.RedriveTime) ? '+' : '-') %}",
      }),
    })
    expect(await runOn(engine, machine)).toMatchObject({ status: 'FAILED', error: 'Lambda.ServiceException' })
    const before = await eventsOf(engine)
    const { count } = await engine.redrive(executionArn('one'))
    expect(count).toBe(1)
    await engine.ended(executionArn('one'))
    expect((await engine.ends(executionArn('one')))?.end).toMatchObject({
      status: 'SUCCEEDED',
      output: 'a!b-1!+',
    })
    expect(asked).toEqual(['a', 'b-0', 'b-1'])
    const events = await eventsOf(engine)
    expect(types(events.slice(before.length))).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
    expect(events[before.length]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 1 } })
  })

  test('has its retries again', async () => {
    const broken = new Set(['a'])
    const { asked, answers } = flaky(broken)
    const { engine } = await openEngine({
      ...answers,
      'lambda:Invoke': async (input) => {
        // The first attempt of the second redrive finds the function up.
        if (asked.length === 4) broken.clear()
        return answers['lambda:Invoke'](input)
      },
    })
    const Retry = [
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1, JitterStrategy: 'FULL' },
    ]
    const machine = jsonata({ A: payload('a', { Retry }) })
    expect(await runOn(engine, machine)).toMatchObject({ status: 'FAILED' })
    expect(asked).toHaveLength(2)
    await engine.redrive(executionArn('one'))
    await engine.ended(executionArn('one'))
    expect(asked).toHaveLength(4)
    await engine.redrive(executionArn('one'))
    expect((await engine.ended(executionArn('one')))?.status).toBe('SUCCEEDED')
    expect(asked).toHaveLength(5)
  })

  test('of a Parallel runs the failed and the aborted branch, of an inline Map the failed iterations', async () => {
    const broken = new Set<unknown>(['right', 2])
    const { asked, answers } = flaky(broken)
    const { engine } = await openEngine(answers)
    const branch = (text: string) => ({ StartAt: text, States: { [text]: payload(text) } })
    const machine = jsonata({
      Both: { Type: 'Parallel', Branches: [branch('left'), branch('right')], Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: [1, 2, 3],
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'I', States: { I: lambda() } },
        End: true,
      },
    })
    await runOn(engine, machine)
    broken.delete('right')
    await engine.redrive(executionArn('one'))
    await engine.ended(executionArn('one'))
    expect((await engine.ends(executionArn('one')))?.end).toMatchObject({ status: 'FAILED' })
    broken.clear()
    await engine.redrive(executionArn('one'))
    await engine.ended(executionArn('one'))
    expect((await engine.ends(executionArn('one')))?.end).toMatchObject({
      status: 'SUCCEEDED',
      output: ['1!', '2!', '3!'],
      redrive: { count: 2 },
    })
    // The left branch may have been aborted by the right one's failure; nothing else ran twice.
    const times = (what: unknown) => asked.filter((one) => one === what).length
    expect([times('right'), times(1), times(2), times(3)]).toEqual([2, 1, 2, 1])
  })

  test('of a distributed Map runs the failed children only, and tells the Map run', async () => {
    const broken = new Set<unknown>([3, 5])
    const { asked, answers } = flaky(broken)
    const { engine } = await openEngine(answers)
    const machine = jsonata({
      Each: {
        Type: 'Map',
        Label: 'Each',
        Items: '{% [1..8] %}',
        MaxConcurrency: 1,
        ToleratedFailureCount: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'I',
          States: {
            I: lambda({ Output: '{% [$states.result.Payload, $states.context.Execution.RedriveCount] %}' }),
          },
        },
        End: true,
      },
    })
    expect(await runOn(engine, machine)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' })
    expect(asked).toEqual([1, 2, 3, 4, 5])
    broken.clear()
    await engine.redrive(executionArn('one'))
    const end = await engine.ended(executionArn('one'))
    expect(end?.output).toEqual([
      ['1!', 0],
      ['2!', 0],
      ['3!', 1],
      ['4!', 0],
      ['5!', 1],
      ['6!', 0],
      ['7!', 0],
      ['8!', 0],
    ])
    expect(asked).toEqual([1, 2, 3, 4, 5, 3, 5, 6, 7, 8])
    const [mapRun, ...others] = await engine.mapRuns.list(executionArn('one'))
    expect(others).toEqual([])
    expect(mapRun).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      counts: { succeeded: 8, failed: 0 },
    })
    expect((await eventsOf(engine)).find(({ type }) => type === 'MapRunRedriven')).toMatchObject({
      mapRunRedrivenEventDetails: { mapRunArn: mapRun?.arn, redriveCount: 1 },
    })
  })

  test('that an engine left goes on in the next one, with its count', async () => {
    const broken = new Set(['a'])
    const { answers } = flaky(broken)
    const first = await openEngine(answers)
    const machine = jsonata({
      A: payload('a', { End: undefined, Next: 'W' }),
      W: { Type: 'Wait', Seconds: 1, Next: 'B' },
      B: payload("{% 'b' & $string($states.context.Execution.RedriveCount) %}"),
    })
    await runOn(first.engine, machine)
    broken.clear()
    await first.engine.redrive(executionArn('one'))
    await first.engine.close()
    const second = await openEngine(answers, { directory: first.directory })
    await second.engine.resume()
    expect(await second.engine.ends(executionArn('one'))).toMatchObject({
      end: undefined,
      redrive: { count: 1 },
    })
    expect((await second.engine.ended(executionArn('one')))?.output).toBe('b1!')
  })

  test('that was stopped runs the stopped state; one that timed out has the whole time again', async () => {
    const held = Promise.withResolvers<void>()
    const { engine } = await openEngine({
      'lambda:Invoke': lambdaAnswer(async (text) => {
        await held.promise
        return text
      }),
    })
    const machine = { ...jsonata({ A: payload('a') }), TimeoutSeconds: 1 }
    await engine.start(startOf(machine))
    expect((await engine.ended(executionArn('one')))?.status).toBe('TIMED_OUT')
    await engine.redrive(executionArn('one'))
    await engine.stop(executionArn('one'), 'Operator', 'not now')
    expect((await engine.ends(executionArn('one')))?.end).toMatchObject({
      status: 'ABORTED',
      error: 'Operator',
    })
    held.resolve()
    await engine.redrive(executionArn('one'))
    expect(await engine.ended(executionArn('one'))).toMatchObject({ status: 'SUCCEEDED', output: 'a' })
  })
})

describe('the API', () => {
  const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:m'
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:m:x'

  async function failed(cloud: FakeCloud) {
    await cloud.ask('states', 'CreateStateMachine', {
      name: 'm',
      roleArn: 'arn:aws:iam::000000000000:role/states',
      definition: JSON.stringify(jsonata({ A: payload('a') })),
    })
    await cloud.ask('states', 'StartExecution', { stateMachineArn: machineArn, name: 'x', input: '{}' })
    await ended(cloud)
  }
  const describeIt = (cloud: FakeCloud) => cloud.ask('states', 'DescribeExecution', { executionArn: arn })
  const ended = (cloud: FakeCloud) =>
    eventually('the execution ends', async () => {
      const found = await describeIt(cloud)
      return found.status === 'RUNNING' ? undefined : found
    })

  function cloudWith(broken: Set<unknown>) {
    const { answers } = flaky(broken)
    const functions: LocalService = {
      name: 'lambda',
      actions: {
        Invoke: async (input) => (await answers['lambda:Invoke'](input)) as Record<string, unknown>,
      },
    }
    const states = statesService({ pollMilliseconds: 5 })
    return fakeCloud([states, functions])
  }

  test('describes, redrives once, and tells EventBridge in an order that can be told', async () => {
    const broken = new Set(['a'])
    const cloud = cloudWith(broken)
    await failed(cloud)
    expect(await describeIt(cloud)).toMatchObject({ redriveCount: 0, redriveStatus: 'REDRIVABLE' })
    broken.clear()
    const redrive = () => cloud.ask('states', 'RedriveExecution', { executionArn: arn, clientToken: 'once' })
    const { redriveDate } = await redrive()
    expect(redriveDate).toBeInstanceOf(Date)
    expect(await ended(cloud)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveDate })
    await eventually('the end is told', () => cloud.emitted.length === 4)
    expect(
      cloud.emitted.map(({ detail }) => [detail.status, detail.redriveCount, detail.redriveStatus]),
    ).toEqual([
      ['RUNNING', 0, 'NOT_REDRIVABLE'],
      ['FAILED', 0, 'REDRIVABLE'],
      ['RUNNING', 1, 'NOT_REDRIVABLE'],
      ['SUCCEEDED', 1, 'NOT_REDRIVABLE'],
    ])
    await expect(redrive()).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: "Execution Not Redrivable: 'Execution is SUCCEEDED and cannot be redriven'",
    })
  })

  test('of redrives at once takes one; the same token asks for the same', async () => {
    const cloud = cloudWith(new Set(['a']))
    await failed(cloud)
    const redrive = (clientToken: string) =>
      cloud.ask('states', 'RedriveExecution', { executionArn: arn, clientToken }).then(
        () => 'redriven',
        (error: AwsError) => error.code,
      )
    const answers = await Promise.all(['a', 'b', 'c'].map(redrive))
    expect(answers.filter((answer) => answer === 'redriven')).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'ExecutionNotRedrivable')).toHaveLength(2)
    expect(await ended(cloud)).toMatchObject({ status: 'FAILED', redriveCount: 1 })
  })

  test('knows no execution that does not exist', async () => {
    const cloud = cloudWith(new Set())
    await expect(cloud.ask('states', 'RedriveExecution', { executionArn: arn })).rejects.toMatchObject({
      code: 'ExecutionDoesNotExist',
    })
  })
})

test.each([
  ['while it runs', undefined, 'Execution is RUNNING and cannot be redriven'],
  ['after a success', { status: 'SUCCEEDED' }, 'Execution is SUCCEEDED and cannot be redriven'],
  ['after 14 days', { stopDate: '2026-01-01T00:00:00Z' }, 'Execution redrivable period exceeded'],
  ['with a full history', { events: [{ id: 24_999 }] }, 'Execution history event limit exceeded'],
])('nothing is redriven %s', (_, change, reason) => {
  const now = new Date('2026-01-15T00:00:01Z')
  const end = {
    kind: 'end' as const,
    status: 'FAILED',
    stopDate: '2026-01-15T00:00:00Z',
    events: [],
    ...(change as object),
  }
  expect(redrivability({ end: change === undefined ? undefined : end }, now)).toEqual({
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: reason,
  })
})
