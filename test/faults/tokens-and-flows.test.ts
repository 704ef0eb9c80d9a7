import { describe, expect, test } from 'vitest'
import { AwsError } from '../../local/service.ts'
import type { StatesBackend } from '../../local/states/service.ts'
import { taskTokenActions } from '../../local/states/task-token-actions.ts'
import { fakeCloud } from '../local/fake-cloud.ts'
import {
  eventsOf,
  executionArn,
  jsonata,
  lambda,
  lambdaAnswer,
  openEngine,
  runOn,
  startOf,
} from '../local/states/fake-engine.ts'

const flow = (states: Record<string, unknown>) => ({ StartAt: Object.keys(states)[0], States: states })

describe('13 task tokens', () => {
  async function waiting(extra: Record<string, unknown> = {}) {
    const token = Promise.withResolvers<string>()
    const opened = await openEngine({
      'sns:Publish': (input) => {
        token.resolve(String(input.Message))
        return { MessageId: 'm' }
      },
    })
    const { engine } = opened
    const cloud = fakeCloud([])
    const backend = { running: async () => ({ engine }) } as unknown as StatesBackend
    const actions = taskTokenActions(backend)
    const send = (action: string, input: Record<string, unknown>) =>
      actions[action]!(input, cloud.callAs('arn:aws:iam::000000000000:user/ada')).then(
        () => 'accepted',
        (error: AwsError) => error.code,
      )
    await engine.start(
      startOf(
        jsonata({
          W: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sns:publish.waitForTaskToken',
            Arguments: { TopicArn: 't', Message: '{% $states.context.Task.Token %}' },
            End: true,
            ...extra,
          },
        }),
      ),
    )
    return { ...opened, send, taskToken: await token.promise }
  }
  const completions = async (engine: Parameters<typeof eventsOf>[0]) =>
    (await eventsOf(engine)).filter(({ type }) => /^Task(Succeeded|Failed|TimedOut)$/.test(type)).length

  test('13 a token counts once, whoever answers how often', async () => {
    const { engine, send, taskToken } = await waiting()
    const answers = await Promise.all([
      send('SendTaskSuccess', { taskToken, output: '1' }),
      send('SendTaskSuccess', { taskToken, output: '2' }),
      send('SendTaskFailure', { taskToken, error: 'E' }),
    ])
    expect(answers).toEqual(['accepted', 'TaskTimedOut', 'TaskTimedOut'])
    expect(await engine.ended(executionArn('one'))).toMatchObject({ status: 'SUCCEEDED', output: 1 })
    expect(await send('SendTaskSuccess', { taskToken, output: '3' })).toBe('TaskTimedOut')
    expect(await completions(engine)).toBe(1)
  })

  test('13 a forged or a changed token is invalid, and the state goes on waiting', async () => {
    const { engine, send, taskToken } = await waiting()
    const [body, signature] = taskToken.split('.')
    for (const forged of ['x', `${body}.`, `${body}.${signature?.slice(0, -2)}xx`, `x${taskToken}`, 'a.b'])
      expect(await send('SendTaskSuccess', { taskToken: forged, output: '1' })).toBe('InvalidToken')
    expect(await completions(engine)).toBe(0)
    expect(await send('SendTaskSuccess', { taskToken, output: 'no JSON' })).toBe('InvalidOutput')
    expect(await send('SendTaskSuccess', { taskToken, output: 'true' })).toBe('accepted')
    expect((await engine.ended(executionArn('one')))?.output).toBe(true)
  })

  test('13 after the timeout nothing is accepted; heartbeats that stop time the task out', async () => {
    for (const extra of [{ TimeoutSeconds: 1 }, { HeartbeatSeconds: 1, TimeoutSeconds: 600 }]) {
      const { engine, send, taskToken } = await waiting(extra)
      expect(await send('SendTaskHeartbeat', { taskToken })).toBe('accepted')
      expect(await engine.ended(executionArn('one'))).toMatchObject({
        status: 'FAILED',
        error: 'HeartbeatSeconds' in extra ? 'States.HeartbeatTimeout' : 'States.Timeout',
      })
      expect(await send('SendTaskSuccess', { taskToken, output: '1' })).toBe('TaskTimedOut')
      expect(await send('SendTaskHeartbeat', { taskToken })).toBe('TaskTimedOut')
      expect(await completions(engine)).toBe(1)
    }
  })

  test('13 an answer that came before a crash is not asked for again after it', async () => {
    const { engine, directory, send, taskToken } = await waiting()
    expect(await send('SendTaskSuccess', { taskToken, output: '"kept"' })).toBe('accepted')
    await engine.close()
    const next = await openEngine({}, { directory })
    await next.engine.resume()
    await next.engine.ended(executionArn('one'))
    expect((await next.engine.ends(executionArn('one')))?.end?.output).toBe('kept')
    expect(next.calls).toEqual([])
  })
})

describe('14 Maps of 10,000 items', () => {
  const items = 10_000
  const distributed = (extra: Record<string, unknown>) => ({
    M: {
      Type: 'Map',
      Items: `{% [1..${items}] %}`,
      MaxConcurrency: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...flow({ I: lambda({ Output: 1 }) }),
      },
      Output: '{% $count($states.result) %}',
      End: true,
      ...extra,
    },
  })
  const failing = (count: number) => ({
    'lambda:Invoke': lambdaAnswer((item) => {
      if (Number(item) <= count) throw new AwsError('ServiceException', 'broken', 500)
      return item
    }),
  })

  test.each([
    ['no item may fail', {}, 0, 'SUCCEEDED'],
    ['no item may fail', {}, 1, 'FAILED'],
    ['100 may', { ToleratedFailureCount: 100 }, 100, 'SUCCEEDED'],
    ['100 may', { ToleratedFailureCount: 100 }, 101, 'FAILED'],
    ['1 % may', { ToleratedFailurePercentage: 1 }, 100, 'SUCCEEDED'],
    ['1 % may', { ToleratedFailurePercentage: 1 }, 101, 'FAILED'],
    ['0 % may', { ToleratedFailurePercentage: 0 }, 1, 'FAILED'],
    // As many results of failures as one state's output holds.
    ['all may', { ToleratedFailurePercentage: 100, Items: '{% [1..1000] %}' }, 1_000, 'SUCCEEDED'],
  ])('14 where %s (%o), %i failures end %s', async (_, limits, count, status) => {
    const { engine } = await openEngine(failing(count))
    const end = await runOn(engine, jsonata(distributed(limits)))
    expect(end).toMatchObject(
      status === 'SUCCEEDED'
        ? { status, output: 'Items' in limits ? count : items }
        : { status, error: 'States.ExceedToleratedFailureThreshold' },
    )
  })

  test('14 an empty array is an empty result, distributed and inline', async () => {
    const { engine } = await openEngine({})
    for (const [name, Mode] of [
      ['one', 'DISTRIBUTED'],
      ['two', 'INLINE'],
    ] as const) {
      const ItemProcessor = { ProcessorConfig: { Mode, ExecutionType: 'STANDARD' }, ...flow({ I: lambda() }) }
      const end = await runOn(
        engine,
        jsonata({ M: { Type: 'Map', Items: [], ItemProcessor, End: true } }),
        {},
        name,
      )
      expect(end).toMatchObject({ status: 'SUCCEEDED', output: [] })
    }
  })

  test.each([
    [0, 100],
    [1, 1],
    [7, 7],
  ])('14 MaxConcurrency %i lets %i children run at once', async (MaxConcurrency, most) => {
    let [running, seen] = [0, 0]
    const { engine } = await openEngine({
      'lambda:Invoke': lambdaAnswer(async (item) => {
        running += 1
        seen = Math.max(seen, running)
        await new Promise(setImmediate)
        running -= 1
        return item
      }),
    })
    await runOn(engine, jsonata(distributed({ Items: '{% [1..500] %}', MaxConcurrency })))
    expect(seen).toBeLessThanOrEqual(most)
    expect(seen).toBeGreaterThan(most / 3)
  })

  test('14 interrupted in mid-batch, it runs again only what had not finished', async () => {
    const asked: number[] = []
    let close: (() => void) | undefined
    const answers = {
      'lambda:Invoke': lambdaAnswer((payload) => {
        asked.push(Number((payload as { Items: number[] }).Items[0]))
        if (asked.length === 400) close?.()
        return 1
      }),
    }
    const batched = distributed({ MaxConcurrency: 10, ItemBatcher: { MaxItemsPerBatch: 10 } })
    const first = await openEngine(answers)
    const closing = new Promise<void>((resolve) => {
      close = () => resolve(first.engine.close())
    })
    await first.engine.start(startOf(jsonata(batched)))
    await closing
    close = undefined
    const next = await openEngine(answers, { directory: first.directory })
    await next.engine.resume()
    await next.engine.ended(executionArn('one'))
    expect((await next.engine.ends(executionArn('one')))?.end).toMatchObject({
      status: 'SUCCEEDED',
      output: 1_000,
    })
    expect(new Set(asked).size).toBe(1_000)
    // At most those that were under way.
    expect(asked.length).toBeLessThanOrEqual(1_010)
  })
})

test('15 a branch that fails aborts the others and stops their jobs, and Catch sees the first error', async () => {
  const training = Promise.withResolvers<void>()
  const { engine, calls } = await openEngine({
    'sagemaker:CreateTrainingJob': () => {
      training.resolve()
      return {}
    },
    'sagemaker:DescribeTrainingJob': () => ({ TrainingJobName: 'j', TrainingJobStatus: 'InProgress' }),
    'sagemaker:StopTrainingJob': () => ({}),
    'lambda:Invoke': async () => {
      await training.promise
      return { FunctionError: 'Unhandled', Payload: '{"errorType":"Broken","errorMessage":"why"}' }
    },
  })
  const train = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
    Arguments: { TrainingJobName: 'j' },
    End: true,
  }
  const wait = { Type: 'Wait', Seconds: 3600, End: true }
  const both = {
    Type: 'Parallel',
    Branches: [flow({ T: train }), flow({ L: lambda() }), flow({ W: wait })],
    Catch: [{ ErrorEquals: ['Broken'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' }],
    End: true,
  }
  const end = await runOn(engine, jsonata({ Both: both, Caught: { Type: 'Pass', End: true } }))
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: 'Broken' })
  expect(calls.filter(({ action }) => action === 'sagemaker:StopTrainingJob')).toEqual([
    { action: 'sagemaker:StopTrainingJob', input: { TrainingJobName: 'j' } },
  ])
  expect(end.events.filter(({ type }) => type === 'TaskSucceeded' || type === 'WaitStateExited')).toEqual([])
})
