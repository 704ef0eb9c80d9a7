/** What the witness asks of AWS: executions that need no service, definitions that are refused, and calls of services. */

const flow = (states: Record<string, unknown>) => ({ StartAt: Object.keys(states)[0], States: states })
const jsonata = (states: Record<string, unknown>) => ({ QueryLanguage: 'JSONata', ...flow(states) })
const pass = (Output: unknown) => jsonata({ S: { Type: 'Pass', Output, End: true } })
const expression = (text: string) => pass({ v: `{% ${text} %}` })
const boom = flow({ F: { Type: 'Fail', Error: 'Boom', Cause: 'why' } })

export interface ExecutionCase {
  readonly name: string
  readonly definition: object
  readonly input?: unknown
}

const expressions = [
  '$range(3, 3, 1)',
  '$range(1, 5)',
  '$range(1)',
  '$partition([1,2,3], 2.9)',
  '$partition([], 2)',
  '$partition(null, 2)',
  '$partition([1,2,3], -1)',
  "$hash('Hello', 'md5')",
  "$hash('Hello', 'SHA-512')",
  '$random(42)',
  "$uuid('seed')",
  "$parse('nope')",
  '$parse(null)',
  "$eval('1')",
  '1/0',
  '$states.input.missing',
  'function($x){$x}',
  '$count([1..873783])',
  '($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f(32))',
]

export const executions: readonly ExecutionCase[] = [
  ...expressions.map((text) => ({ name: text, definition: expression(text) })),
  { name: 'an undefined element of an array', definition: pass({ a: [1, '{% $states.input.x %}'] }) },
  {
    name: 'a condition that is no boolean',
    definition: jsonata({
      C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'D' }], Default: 'D' },
      D: { Type: 'Succeed' },
    }),
  },
  {
    name: 'a Choice without a match and a default',
    definition: jsonata({
      C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'D' }] },
      D: { Type: 'Succeed' },
    }),
  },
  {
    name: 'a Map whose tolerance is no number',
    definition: jsonata({
      M: {
        Type: 'Map',
        Items: [1],
        ToleratedFailureCount: '{% "x" %}',
        ItemProcessor: flow({ P: { Type: 'Pass', End: true } }),
        End: true,
      },
    }),
  },
  {
    name: 'a Map that is retried',
    definition: jsonata({
      M: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: boom,
        Retry: [{ ErrorEquals: ['Boom'], IntervalSeconds: 1, MaxAttempts: 1 }],
        End: true,
      },
    }),
  },
  {
    name: 'a Parallel that is caught',
    definition: jsonata({
      P: {
        Type: 'Parallel',
        Branches: [boom],
        Catch: [{ ErrorEquals: ['States.ALL'], Assign: { e: '{% $states.errorOutput %}' }, Next: 'D' }],
        End: true,
      },
      D: { Type: 'Succeed', Output: '{% $e %}' },
    }),
  },
  {
    name: 'a timestamp without an offset',
    definition: jsonata({ W: { Type: 'Wait', Timestamp: '{% "2020-01-01T00:00:00" %}', End: true } }),
  },
  { name: 'an output at the limit', definition: expression("$pad('', 262134, 'x')") },
  { name: 'an output beyond the limit', definition: pass("{% $pad('', 262143, 'x') %}") },
  {
    name: 'seconds with a fraction',
    definition: jsonata({ W: { Type: 'Wait', Seconds: '{% 0.5 %}', End: true } }),
  },
]

/** Definitions that AWS does not take; `ValidateStateMachineDefinition` says why. */
export const refused: readonly ExecutionCase[] = [
  { name: 'a bare name', definition: expression('phone') },
  { name: '$$', definition: expression('$$') },
  { name: 'a syntax error', definition: expression('1 +') },
  {
    name: 'no terminal state',
    definition: jsonata({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
  },
  { name: 'an unreachable state', definition: jsonata({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }) },
  { name: 'a transition to nowhere', definition: jsonata({ A: { Type: 'Pass', Next: 'B' } }) },
  {
    name: 'Catch on Pass',
    definition: jsonata({
      A: { Type: 'Pass', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' },
      B: { Type: 'Succeed' },
    }),
  },
  {
    name: 'an integration that does not exist',
    definition: jsonata({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createEndpoint.sync',
        Arguments: {},
        End: true,
      },
    }),
  },
]
