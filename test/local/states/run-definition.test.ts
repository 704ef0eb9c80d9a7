import { describe, expect, test } from 'vitest'
import { DefinitionRefused } from '../../../local/states/definition.ts'
import { runDefinition } from '../../../local/states/run-definition.ts'
import { jsonata } from './fake-engine.ts'

const types = (result: { events: readonly { type: string }[] }) => result.events.map((event) => event.type)
const task = (extra: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
  End: true,
  ...extra,
})

describe('states', () => {
  test('Assign and Output of one state do not see each other, the next state sees both', async () => {
    const result = await runDefinition(
      jsonata({
        A: { Type: 'Pass', Assign: { x: '{% $states.input.n + 1 %}' }, Output: 'out', Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $x * 10 %}' }, Output: '{% [$x, $states.input] %}', Next: 'C' },
        C: { Type: 'Succeed', Output: { x: '{% $x %}', was: '{% $states.input %}' } },
      }),
      { input: { n: 1 } },
    )
    expect(result.output).toEqual({ x: 20, was: [2, 'out'] })
  })

  test('a Choice without a match and without a default fails as AWS says it', async () => {
    const result = await runDefinition(
      jsonata({
        C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'D' }] },
        D: { Type: 'Succeed' },
      }),
    )
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    })
    expect(types(result)).toEqual(['ExecutionStarted', 'ChoiceStateEntered', 'ExecutionFailed'])
  })

  test('a Choice rule brings its own Assign and Output, the state its own for the default', async () => {
    const machine = jsonata({
      C: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'D', Assign: { by: 'rule' }, Output: 'r' }],
        Default: 'D',
        Assign: { by: 'default' },
        Output: 'd',
      },
      D: { Type: 'Pass', Output: '{% [$by, $states.input] %}', End: true },
    })
    expect((await runDefinition(machine, { input: 1 })).output).toEqual(['rule', 'r'])
    expect((await runDefinition(machine, { input: 2 })).output).toEqual(['default', 'd'])
  })

  test('a Fail with expressions fails with their values', async () => {
    const result = await runDefinition(
      jsonata({
        F: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: '{% "because " & $states.input.c %}' },
      }),
      { input: { e: 'Mine', c: 'so' } },
    )
    expect(result).toMatchObject({ status: 'FAILED', error: 'Mine', cause: 'because so' })
  })

  test('a Wait waits, and one that is mocked does not', async () => {
    const machine = jsonata({ W: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } })
    const started = Date.now()
    await runDefinition(machine, { input: 1 })
    expect(Date.now() - started).toBeGreaterThanOrEqual(990)
    const result = await runDefinition(machine, { input: 90_000, mock: { W: null } })
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ])
  })

  test('a Wait refuses a timestamp without an offset', async () => {
    const result = await runDefinition(
      jsonata({ W: { Type: 'Wait', Timestamp: '2026-11-21 09:00', End: true } }),
    )
    expect(result).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'W' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2026-11-21 09:00",
    })
  })

  test('Parallel branches read outer variables and hand out their outputs in order', async () => {
    const branch = (output: string) => ({
      StartAt: 'B',
      States: { B: { Type: 'Pass', Output: output, End: true } },
    })
    const result = await runDefinition(
      jsonata({
        A: { Type: 'Pass', Assign: { x: 7 }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Arguments: { v: 1 },
          Branches: [branch('{% $x %}'), branch('{% $states.input.v %}')],
          Output: '{% $states.result %}',
          End: true,
        },
      }),
    )
    expect(result.output).toEqual([7, 1])
    expect(types(result).filter((type) => type.startsWith('Parallel'))).toEqual([
      'ParallelStateEntered',
      'ParallelStateStarted',
      'ParallelStateSucceeded',
      'ParallelStateExited',
    ])
  })

  test('a failed branch ends its siblings, and Catch sees its error', async () => {
    const result = await runDefinition(
      jsonata({
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Slow', States: { Slow: { Type: 'Wait', Seconds: 600, End: true } } },
            { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'c' } } },
          ],
          Catch: [{ ErrorEquals: ['Broken'], Next: 'After', Output: '{% $states.errorOutput %}' }],
          End: true,
        },
        After: { Type: 'Succeed' },
      }),
    )
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Broken', Cause: 'c' } })
  })

  test('an inline Map hands index and value to ItemSelector, and tells its iterations', async () => {
    const result = await runDefinition(
      jsonata({
        M: {
          Type: 'Map',
          Items: '{% $states.input %}',
          ItemSelector: {
            i: '{% $states.context.Map.Item.Index %}',
            v: '{% $states.context.Map.Item.Value %}',
          },
          ItemProcessor: {
            StartAt: 'I',
            States: {
              I: { Type: 'Pass', Output: '{% $states.input.v * 10 + $states.input.i %}', End: true },
            },
          },
          End: true,
        },
      }),
      { input: [1, 2, 3] },
    )
    expect(result.output).toEqual([10, 21, 32])
    expect(types(result).filter((type) => type === 'MapIterationSucceeded').length).toBe(3)
  })

  test('ends an endless loop at 25,000 events', async () => {
    const result = await runDefinition(jsonata({ Again: { Type: 'Pass', Next: 'Again' } }))
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    })
    expect(result.events.length).toBe(25_000)
    expect(result.events.at(-1)?.type).toBe('ExecutionFailed')
  })

  test.each([
    [262_144, 'SUCCEEDED'],
    [262_145, 'FAILED'],
  ])('an output of %i bytes of UTF-8: %s', async (bytes, status) => {
    // Two quotes, and é takes two bytes.
    const count = bytes - 2
    const output = `{% $pad("", ${Math.floor(count / 2)}, "é")${count % 2 === 1 ? ' & "x"' : ''} %}`
    const result = await runDefinition(jsonata({ A: { Type: 'Pass', Output: output, End: true } }))
    expect(result.status).toBe(status)
    if (status === 'FAILED') expect(result.error).toBe('States.DataLimitExceeded')
  })

  test('a machine that outlasts its TimeoutSeconds is timed out', async () => {
    const result = await runDefinition({
      ...jsonata({ W: { Type: 'Wait', Seconds: 60, End: true } }),
      TimeoutSeconds: 1,
    })
    expect(result).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' })
    expect(types(result).at(-1)).toBe('ExecutionTimedOut')
  })
})

describe('retry and catch', () => {
  const failing = { error: 'Flaky', cause: 'c' }

  test('retries as often as told, then goes on', async () => {
    const result = await runDefinition(
      jsonata({
        T: task({
          Retry: [{ ErrorEquals: ['Flaky'], MaxAttempts: 2 }],
          Output: '{% $states.context.State.RetryCount & ":" & $states.result %}',
        }),
      }),
      { mock: { T: [failing, failing, 'done'] } },
    )
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: '2:done' })
    expect(types(result).filter((type) => type === 'TaskFailed').length).toBe(2)
  })

  test('gives up after MaxAttempts', async () => {
    const result = await runDefinition(jsonata({ T: task({ Retry: [{ ErrorEquals: ['States.ALL'] }] }) }), {
      mock: { T: failing },
    })
    expect(result).toMatchObject({ status: 'FAILED', error: 'Flaky', cause: 'c' })
    expect(types(result).filter((type) => type === 'TaskFailed').length).toBe(4)
  })

  test('every retrier counts its own attempts', async () => {
    const result = await runDefinition(
      jsonata({
        T: task({
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 1 },
            { ErrorEquals: ['B'], MaxAttempts: 1 },
          ],
          Output: '{% $states.result %}',
        }),
      }),
      { mock: { T: [{ error: 'A' }, { error: 'B' }, 'ok'] } },
    )
    expect(result.output).toBe('ok')
  })

  test.each([
    ['States.ALL', 'Anything', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.TaskFailed', 'Anything', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['Other', 'Anything', false],
  ])('Catch of %s takes %s: %s', async (equals, error, taken) => {
    const result = await runDefinition(
      jsonata({ T: task({ Catch: [{ ErrorEquals: [equals], Next: 'S' }] }), S: { Type: 'Succeed' } }),
      { mock: { T: { error, cause: 'why' } } },
    )
    expect(result.status).toBe(taken ? 'SUCCEEDED' : 'FAILED')
    if (taken) expect(result.output).toEqual({ Error: error, Cause: 'why' })
  })

  test('Catch assigns and shapes its output; an evaluation error can be caught too', async () => {
    const result = await runDefinition(
      jsonata({
        T: task({
          Output: '{% $nothing %}',
          Catch: [
            {
              ErrorEquals: ['States.QueryEvaluationError'],
              Next: 'S',
              Assign: { e: '{% $states.errorOutput.Error %}' },
              Output: '{% $states.input %}',
            },
          ],
        }),
        S: { Type: 'Succeed', Output: '{% [$e, $states.input] %}' },
      }),
      { input: 'in', mock: { T: 1 } },
    )
    expect(result.output).toEqual(['States.QueryEvaluationError', 'in'])
    expect(types(result)).toContain('EvaluationFailed')
  })

  test('a Map that is retried runs its items again', async () => {
    const result = await runDefinition(
      jsonata({
        M: {
          Type: 'Map',
          Items: [1],
          ItemProcessor: { StartAt: 'T', States: { T: task({ Output: '{% $states.result %}' }) } },
          Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 1 }],
          End: true,
        },
      }),
      { mock: { T: [failing, 'ok'] } },
    )
    expect(result.output).toEqual(['ok'])
  })
})

describe('mocks and refusals', () => {
  test('a Task without a mock fails and says so', async () => {
    const result = await runDefinition(jsonata({ T: task() }))
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: "The state 'T' has no mock, and there is no cloud to call: name its result in the mock file.",
    })
  })

  test('JSONPath is refused with the field and the remedy', async () => {
    await expect(
      runDefinition({ StartAt: 'A', States: { A: { Type: 'Pass', Result: 1, End: true } } }),
    ).rejects.toThrow(
      new DefinitionRefused([
        'the field Result belongs to JSONPath, which is not supported, at /States/A: set "QueryLanguage": "JSONata" and use Arguments, Output and Assign',
      ]),
    )
    await expect(
      runDefinition({ QueryLanguage: 'JSONPath', StartAt: 'A', States: { A: { Type: 'Succeed' } } }),
    ).rejects.toThrow('the query language JSONPath is not supported, at /QueryLanguage')
  })

  test('data that looks like an expression stays data', async () => {
    const input = JSON.parse(
      '{"a": "{% $uuid() %}", "__proto__": {"x": 1}, "constructor": "c", "b": "{% $eval(1) %}"}',
    )
    const result = await runDefinition(
      jsonata({ A: { Type: 'Pass', Output: '{% $states.input %}', End: true } }),
      {
        input,
      },
    )
    expect(JSON.stringify(result.output)).toBe(JSON.stringify(input))
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test.each([
    ["$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)", 'timed out'],
    [
      '($f := function($n){1 + $f($n+1)}; $f(1))',
      'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
    ],
    [
      '$count([1..10000000])',
      'Expression evaluation memory limit exceeded: Check for excessive memory usage',
    ],
    ["$eval('1')", 'T1006: Attempted to invoke a non-function'],
  ])('the expression %s ends with an error', async (expression, why) => {
    const result = await runDefinition(
      jsonata({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }),
    )
    expect(result.error).toBe('States.QueryEvaluationError')
    expect(result.cause).toContain(why)
  })
})
