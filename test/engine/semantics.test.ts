/** Executions beside the recorded ones: what AWS documents, or was seen to do, of scopes, errors, retries and functions. */
import { describe, expect, test } from 'vitest'
import { runDefinition } from '../../local/states/run-definition.ts'

const jsonata = (states: Record<string, unknown>, startAt = Object.keys(states)[0]) => ({
  QueryLanguage: 'JSONata',
  StartAt: startAt,
  States: states,
})
const flow = (states: Record<string, unknown>) => ({ StartAt: Object.keys(states)[0], States: states })
const pass = (Output: unknown, extra: object = {}) => ({ Type: 'Pass', Output, End: true, ...extra })
const task = (extra: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
  End: true,
  ...extra,
})
const types = ({ events }: { events: readonly { type: string }[] }) => events.map(({ type }) => type)
const failed = (error: string) => flow({ F: { Type: 'Fail', Error: error, Cause: 'why' } })

/** The value of an expression, or the cause behind AWS's opening words. */
async function evaluated(expression: string): Promise<unknown> {
  const result = await runDefinition(jsonata({ S: pass({ v: `{% ${expression} %}` }) }))
  if (result.status === 'SUCCEEDED') return (result.output as { v: unknown }).v
  expect(result.error).toBe('States.QueryEvaluationError')
  const opening = `An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Output/v' `
  expect(result.cause?.startsWith(opening)).toBe(true)
  return result.cause?.slice(opening.length)
}
const threw = (message: string) => `threw an error during evaluation${message}`
const nothing = 'returned nothing (undefined).'

describe("AWS's functions", () => {
  test.each<[string, unknown]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3,4,5], 2.9)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3])', [[1, 2, 3]]],
    ['$partition([], 2)', nothing],
    ['$partition([1,2], 0)', nothing],
    ['$partition([1,2], -0.5)', nothing],
    ['$partition([1,2], -1)', threw('. D3137: Second argument must be zero or greater')],
    ['$range(0, 10, 2)', [0, 2, 4, 6, 8, 10]],
    ['$range(10, 0, -5)', [10, 5, 0]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(3, 3, 1)', 3],
    ['$range(5, 1, 1)', nothing],
    ['$range(1, 5, 0)', nothing],
    ['$range(1, 5)', nothing],
    ['$range(1)', threw('. T0410: Argument 2 of function "range" does not match function signature')],
    ['$count($range(1, 360145, 1))', 360_145],
    [
      '$count($range(1, 360146, 1))',
      threw(': Expression evaluation memory limit exceeded: Check for excessive memory usage'),
    ],
    ["$hash('Hello', 'MD5')", '8b1a9953c4611296a827abf8c47804d7'],
    ["$hash('input', 'SHA-1')", '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    [
      "$hash('Hello', 'SHA-384')",
      '3519fe5ad2c596efe3e276a6f351b8fc0b03db861782490d45f7598ebd0ab5fd5520ed102f38c4a5ec834e98668035fc',
    ],
    ["$hash('ñ', 'MD5')", '94e9342ecbb1458b6043ecd3bfcbc192'],
    ["$hash('Hello')", nothing],
    ["$hash(42, 'MD5')", threw('. T0410: Argument 1 of function "hash" does not match function signature')],
    ['$random(42)', 0.7275636800328681],
    ['$random(0.9) = $random(0)', true],
    ['$random(1, 2)', threw('. T0410: Argument 2 of function "random" does not match function signature')],
    ["$uuid('seed')", threw('. T0410: Argument 1 of function "uuid" does not match function signature')],
    ['$uuid() = $uuid()', false],
    ['$parse(\'{"b":1,"a":[2]}\')', { b: 1, a: [2] }],
    ["$exists($parse('null'))", true],
    ['$parse()', nothing],
    ['$parse(null)', threw('. T0410: Argument 1 of function "parse" does not match function signature')],
    ["$parse('')", threw('. D3137: Invalid JSON')],
    ['$parse(\'{"a":1,"b":{"a":2},"a":3}\')', threw('. D3137: Invalid JSON')],
    ['$parse(\'[{"a":1},{"a":{"a":"a"}}]\')', [{ a: 1 }, { a: { a: 'a' } }]],
    ["$parse('[1] [2]')", threw('. D3137: Invalid JSON')],
    ["$parse('1e400')", threw('. D3137: Invalid JSON')],
    ['$map([\'{"a":1}\', \'{"a":2}\'], $parse).a', [1, 2]],
    ["$eval('1+1')", threw('. T1006: Attempted to invoke a non-function')],
  ])('%s', async (expression, expected) => {
    expect(await evaluated(expression)).toEqual(expected)
  })
})

describe('expressions', () => {
  test.each<[string, unknown]>([
    ['1/0', 'Infinity'],
    ['[1/0]', ['Infinity']],
    ["{'k': -1/0}", { k: '-Infinity' }],
    ["$parseInteger('abc', '0')", 'NaN'],
    [
      '1 < "a"',
      threw('. T2009: The values 1 and "a" either side of operator "<" must be of the same data type'),
    ],
    ['1 + {}', threw('. T2002: The right side of the "+" operator must evaluate to a number')],
    ['$sqrt(-1)', threw('. D3060: The sqrt function cannot be applied to a negative number: -1')],
    ['function($x){$x}', 'returned an unsupported result type.'],
    [`1${'+1'.repeat(99)}`, 100],
    [
      `1${'+1'.repeat(100)}`,
      threw(
        ': Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
      ),
    ],
    ['($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f(31))', 31],
    ['$count([1..873782])', 873_782],
    [
      '$count([1..873783])',
      threw(': Expression evaluation memory limit exceeded: Check for excessive memory usage'),
    ],
  ])('%s', async (expression, expected) => {
    expect(await evaluated(expression)).toEqual(expected)
  })

  test.each<[string, object, string]>([
    ['an element', { Output: { values: ['{% $states.input.x %}', 1] } }, 'Output/values[0]'],
    ['a nested element', { Output: { a: { b: [[1, '{% $states.input.x %}']] } } }, 'Output/a/b[0][1]'],
    ['a variable', { Assign: { x: { y: '{% $states.input.x %}' } } }, 'Assign/x/y'],
  ])('%s that is nothing is named by its path', async (_, fields, field) => {
    const result = await runDefinition(jsonata({ S: { Type: 'Pass', End: true, ...fields } }))
    expect(result.cause).toBe(
      `An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.x' specified for the field '${field}' returned nothing (undefined).`,
    )
    expect(types(result).at(-2)).toBe('EvaluationFailed')
  })

  test('a text around an expression is a text', async () => {
    const result = await runDefinition(jsonata({ S: pass('Hello {% $states.input %}') }))
    expect(result.output).toBe('Hello {% $states.input %}')
  })
})

describe('Choice', () => {
  const choice = (Choices: object[], extra: object = {}) =>
    jsonata({ C: { Type: 'Choice', Choices, Default: 'D', ...extra }, N: pass('next'), D: pass('default') })

  test.each([
    [true, 'next'],
    [false, 'default'],
  ])('a condition may be the literal %s', async (Condition, expected) => {
    expect((await runDefinition(choice([{ Condition, Next: 'N' }]))).output).toBe(expected)
  })

  test('a condition that is no boolean fails, naming its rule', async () => {
    const result = await runDefinition(
      choice([
        { Condition: '{% false %}', Next: 'N' },
        { Condition: '{% 1 %}', Next: 'N' },
      ]),
    )
    expect(result).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). The JSONata expression '1' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    })
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'ChoiceStateEntered',
      'EvaluationFailed',
      'ExecutionFailed',
    ])
  })

  test('conditions after the one that is true are not looked at', async () => {
    const result = await runDefinition(
      choice([
        { Condition: '{% true %}', Next: 'N' },
        { Condition: '{% $nothing %}', Next: 'N' },
      ]),
    )
    expect(result.output).toBe('next')
  })
})

describe('scopes', () => {
  test('a branch reads outer variables, and its own end with it', async () => {
    const result = await runDefinition(
      jsonata({
        A: { Type: 'Pass', Assign: { x: 'outer' }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [
            flow({
              B: { Type: 'Pass', Assign: { y: '{% $x & "+" %}' }, Next: 'C' },
              C: pass('{% $y %}'),
            }),
            flow({ D: pass('{% $exists($y) %}') }),
          ],
          Assign: { z: '{% $states.result[0] %}' },
          Next: 'E',
        },
        E: pass({ x: '{% $x %}', z: '{% $z %}', y: '{% $exists($y) %}', input: '{% $states.input %}' }),
      }),
    )
    expect(result.output).toEqual({ x: 'outer', z: 'outer+', y: false, input: ['outer+', false] })
  })

  test('iterations do not see each other, and a nested Map sees the item of its own iteration', async () => {
    const result = await runDefinition(
      jsonata({
        M: {
          Type: 'Map',
          Items: [[1, 2], [3]],
          MaxConcurrency: 1,
          ItemSelector: { items: '{% $states.context.Map.Item.Value %}', seen: '{% $exists($mine) %}' },
          ItemProcessor: flow({
            Mine: { Type: 'Pass', Assign: { mine: '{% $states.input.seen %}' }, Next: 'Inner' },
            Inner: {
              Type: 'Map',
              Items: '{% [$states.input.items] %}',
              ItemSelector: {
                index: '{% $states.context.Map.Item.Index %}',
                value: '{% $states.context.Map.Item.Value %}',
                mine: '{% $mine %}',
              },
              ItemProcessor: flow({ Echo: { Type: 'Pass', End: true } }),
              End: true,
            },
          }),
          End: true,
        },
      }),
    )
    expect(result.output).toEqual([
      [
        { index: 0, value: 1, mine: false },
        { index: 1, value: 2, mine: false },
      ],
      [{ index: 0, value: 3, mine: false }],
    ])
  })

  test('a variable assigned to null is a value', async () => {
    const result = await runDefinition(
      jsonata({ A: { Type: 'Pass', Assign: { n: null }, Next: 'B' }, B: pass('{% $exists($n) %}') }),
    )
    expect(result.output).toBe(true)
  })

  test('the exited event tells what was assigned', async () => {
    const result = await runDefinition(
      jsonata({ A: { Type: 'Pass', Assign: { n: { a: 1 }, s: 'x' }, End: true } }),
    )
    expect(result.events[2]).toMatchObject({
      stateExitedEventDetails: {
        assignedVariables: { n: '{"a":1}', s: '"x"' },
        assignedVariablesDetails: { truncated: false },
      },
    })
  })
})

describe('Retry and Catch', () => {
  const map = (extra: object = {}, processor: object = failed('Boom')) => ({
    Type: 'Map',
    Items: [1],
    ItemProcessor: processor,
    End: true,
    ...extra,
  })

  test('a Map that is retried starts anew, and tells of its failure once, at the end', async () => {
    const Retry = [{ ErrorEquals: ['Boom'], IntervalSeconds: 1, MaxAttempts: 1 }]
    // The Map is mocked as it stands, so that nothing waits between its attempts.
    const result = await runDefinition(jsonata({ M: map({ Retry }) }), { mock: { M: null } })
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'FailStateEntered',
      'MapIterationFailed',
      'MapStateStarted',
      'MapIterationStarted',
      'FailStateEntered',
      'MapIterationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ])
    expect(result).toMatchObject({ error: 'Boom', cause: 'why' })
  })

  test('a Parallel that is caught tells of its failure, then goes on', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }]
    const result = await runDefinition(
      jsonata({
        P: { Type: 'Parallel', Branches: [failed('Boom')], Catch, End: true },
        After: { Type: 'Pass', End: true },
      }),
    )
    expect(result.output).toEqual({ Error: 'Boom', Cause: 'why' })
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'FailStateEntered',
      'ParallelStateFailed',
      'ParallelStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  test.each([
    ['States.ALL', 'Custom', true],
    ['States.TaskFailed', 'Custom', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['Custom', 'custom', false],
  ])('%s covers %s: %s', async (name, error, covered) => {
    const Catch = [{ ErrorEquals: [name], Output: '{% $states.errorOutput %}', Next: 'After' }]
    const result = await runDefinition(jsonata({ T: task({ Catch }), After: { Type: 'Pass', End: true } }), {
      mock: { T: { error, cause: 'c' } },
    })
    expect(result.status).toBe(covered ? 'SUCCEEDED' : 'FAILED')
    if (covered) expect(result.output).toEqual({ Error: error, Cause: 'c' })
    else expect(result.error).toBe(error)
  })

  test('a failure without a name is caught with null for both', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }]
    const inner = { StartAt: 'F', States: { F: { Type: 'Fail' } } }
    const result = await runDefinition(
      jsonata({
        P: { Type: 'Parallel', Branches: [inner], Catch, End: true },
        After: { Type: 'Pass', End: true },
      }),
    )
    expect(result.output).toEqual({ Error: null, Cause: null })
  })

  test('the wildcards cover the result of a task that is too large, named by its service', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }]
    const result = await runDefinition(jsonata({ T: task({ Catch }), After: { Type: 'Pass', End: true } }), {
      mock: { T: 'x'.repeat(262_144) },
    })
    expect(result.output).toEqual({
      Error: 'States.DataLimitExceeded',
      Cause:
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    })
    expect(types(result)).toContain('TaskFailed')
  })

  test('an evaluation that fails is retried and caught by its name, and the catcher sees the input', async () => {
    const result = await runDefinition(
      jsonata({
        T: task({
          Output: '{% $nothing %}',
          Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 2 }],
          Catch: [
            {
              ErrorEquals: ['States.QueryEvaluationError'],
              Assign: { seen: '{% $states.errorOutput.Error %}' },
              Output: '{% $states.input %}',
              Next: 'After',
            },
          ],
        }),
        After: pass({ input: '{% $states.input %}', seen: '{% $seen %}' }),
      }),
      { input: 'in', mock: { T: 1 } },
    )
    expect(result.output).toEqual({ input: 'in', seen: 'States.QueryEvaluationError' })
    expect(types(result).filter((type) => type === 'EvaluationFailed')).toHaveLength(3)
    expect(types(result).filter((type) => type === 'TaskScheduled')).toHaveLength(3)
  })

  test('RetryCount tells the attempt', async () => {
    const result = await runDefinition(
      jsonata({
        T: task({
          Output: '{% $states.context.State.RetryCount %}',
          Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 3 }],
        }),
      }),
      { mock: { T: [{ error: 'A' }, { error: 'B' }, 'ok'] } },
    )
    expect(result.output).toBe(2)
  })

  test('a failed Fail state in an iteration without a cause fails the execution without one', async () => {
    const result = await runDefinition(jsonata({ M: map({}, flow({ F: { Type: 'Fail' } })) }))
    expect(result.status).toBe('FAILED')
    expect(result.error).toBeUndefined()
    expect(result.cause).toBeUndefined()
  })
})

describe('Map', () => {
  test('a tolerance that is no number fails after the state has started', async () => {
    const result = await runDefinition(
      jsonata({
        M: {
          Type: 'Map',
          Items: [1],
          ToleratedFailureCount: '{% "many" %}',
          ItemProcessor: flow({ P: { Type: 'Pass', End: true } }),
          End: true,
        },
      }),
    )
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'EvaluationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ])
    expect(result.cause).toBe(
      "An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression '\"many\"' specified for the field 'ToleratedFailureCount' returned an unexpected result type. Expected 'number', but was 'string' for value: \"many\"",
    )
  })

  test('a concurrency that is no number fails before', async () => {
    const result = await runDefinition(
      jsonata({
        M: {
          Type: 'Map',
          Items: [1],
          MaxConcurrency: '{% "many" %}',
          ItemProcessor: flow({ P: { Type: 'Pass', End: true } }),
          End: true,
        },
      }),
    )
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'EvaluationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ])
  })
})

describe('Wait', () => {
  test.each([
    [{ Seconds: 0 }],
    [{ Seconds: '{% $states.input.s %}' }],
    [{ Timestamp: '{% $states.input.t %}' }],
    [{ Timestamp: '2020-01-01T00:00:00.123456Z' }],
    [{ Timestamp: '2020-01-01T01:00:00+01:00' }],
  ])('%o', async (fields) => {
    const result = await runDefinition(jsonata({ W: { Type: 'Wait', ...fields, End: true } }), {
      input: { s: 0, t: '2020-01-01T00:00:00Z' },
    })
    expect(result.status).toBe('SUCCEEDED')
    expect(types(result)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ])
  })

  test.each([
    ['2020-01-01T00:00:00'],
    ['2020-01-01 00:00:00Z'],
    ['2020-13-01T00:00:00Z'],
    ['2023-02-29T00:00:00Z'],
    ['2020-01-01T25:00:00Z'],
    ['01-12-2020T00:00:00Z'],
    ['2020-01-01'],
    ['noon'],
  ])('%s is no timestamp', async (t) => {
    const result = await runDefinition(
      jsonata({ W: { Type: 'Wait', Timestamp: '{% $states.input %}', End: true } }),
      { input: t },
    )
    expect(result).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: `An error occurred while executing the state 'W' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${t}`,
    })
  })
})

describe('limits', () => {
  // As JSON a text has two bytes more: its quotes.
  test.each([
    ['x', 262_142, 'SUCCEEDED'],
    ['x', 262_143, 'FAILED'],
    ['é', 131_071, 'SUCCEEDED'],
    ['é', 131_072, 'FAILED'],
  ])('an output of %s times %i: %s', async (letter, count, status) => {
    const result = await runDefinition(jsonata({ S: pass(`{% $pad('', ${count}, '${letter}') %}`) }))
    expect(result.status).toBe(status)
    if (status === 'FAILED') expect(result.error).toBe('States.DataLimitExceeded')
  })
})
