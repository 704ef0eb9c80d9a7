/** How events follow one another, and what they and the context object tell: as in histories recorded on AWS. */
import { expect, test } from 'vitest'
import { refuseDefinition } from '../../local/states/check-definition.ts'
import { DefinitionRefused } from '../../local/states/definition.ts'
import { runDefinition } from '../../local/states/run-definition.ts'

const jsonata = (states: Record<string, unknown>) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
})
const flow = (states: Record<string, unknown>) => ({ StartAt: Object.keys(states)[0], States: states })
const nothing = flow({ P: { Type: 'Pass', End: true } })
const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true }

/** `id<previous type`, without the execution's own events. */
async function chain(states: Record<string, unknown>, mock: Record<string, unknown> = {}): Promise<string[]> {
  const { events } = await runDefinition(jsonata(states), { input: {}, mock })
  return events
    .filter(({ type }) => !type.startsWith('Execution'))
    .map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`)
}

test('an evaluation that fails before the state has done anything follows what preceded the state', async () => {
  const undefinedOutput = { Type: 'Pass', Output: { result: '{% $doesNotExist %}' }, End: true }
  expect(await chain({ State0: undefinedOutput })).toEqual(['2<0 PassStateEntered', '3<0 EvaluationFailed'])
  expect(
    (await chain({ State0: { Type: 'Pass', Next: 'State1' }, State1: undefinedOutput })).slice(2),
  ).toEqual(['4<3 PassStateEntered', '5<3 EvaluationFailed'])
  expect(await chain({ T: { ...invoke, Arguments: '{% $doesNotExist %}' } }, { T: {} })).toEqual([
    '2<0 TaskStateEntered',
    '3<0 EvaluationFailed',
  ])
  const map = { Type: 'Map', Items: '{% 1 %}', ItemProcessor: nothing, End: true }
  expect(await chain({ M: map })).toEqual([
    '2<0 MapStateEntered',
    '3<0 EvaluationFailed',
    '4<3 MapStateFailed',
  ])
})

test('one that fails later, or in a Wait, follows the state', async () => {
  expect(await chain({ W: { Type: 'Wait', Timestamp: "{% 'noon' %}", End: true } })).toEqual([
    '2<0 WaitStateEntered',
    '3<2 EvaluationFailed',
  ])
  const late = { ...invoke, Arguments: { FunctionName: 'f' }, Output: '{% $doesNotExist %}' }
  expect((await chain({ T: late }, { T: {} })).at(-1)).toBe('6<5 EvaluationFailed')
})

test('an iteration follows the last state of the one before it, and a Map leaves from its last iteration', async () => {
  const map = { Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor: nothing, End: true }
  expect(await chain({ M: map })).toEqual([
    '2<0 MapStateEntered',
    '3<2 MapStateStarted',
    '4<3 MapIterationStarted',
    '5<4 PassStateEntered',
    '6<5 PassStateExited',
    '7<6 MapIterationSucceeded',
    '8<6 MapIterationStarted',
    '9<8 PassStateEntered',
    '10<9 PassStateExited',
    '11<10 MapIterationSucceeded',
    '12<11 MapStateSucceeded',
    '13<11 MapStateExited',
  ])
  const empty = { Type: 'Map', Items: [], ItemProcessor: nothing, End: true }
  expect((await chain({ M: empty })).slice(-2)).toEqual(['4<3 MapStateSucceeded', '5<3 MapStateExited'])
})

test('a Map fails from where its iteration failed', async () => {
  const fallback = flow({ P: { Type: 'Pass', Output: '{% $doesNotExist %}', End: true } })
  const map = { Type: 'Map', Items: [1], ItemProcessor: fallback, End: true }
  expect((await chain({ M: map })).slice(2)).toEqual([
    '4<3 MapIterationStarted',
    '5<4 PassStateEntered',
    '6<4 EvaluationFailed',
    '7<6 MapIterationFailed',
    '8<6 MapStateFailed',
  ])
})

test('the failure of a task in an iteration or a branch is told once', async () => {
  const inner = flow({ T: { ...invoke, Arguments: { FunctionName: 'f' } } })
  const mock = { T: { error: 'Refused', cause: 'why' } }
  const map = { Type: 'Map', Items: [1], ItemProcessor: inner, End: true }
  expect((await chain({ M: map }, mock)).slice(5)).toEqual([
    '7<6 TaskStarted',
    '8<7 TaskFailed',
    '9<8 MapIterationFailed',
    '10<8 TaskStateAborted',
    '11<8 MapStateFailed',
  ])
  const parallel = { Type: 'Parallel', Branches: [inner], End: true }
  expect((await chain({ P: parallel }, mock)).slice(-3)).toEqual([
    '7<6 TaskFailed',
    '8<7 TaskStateAborted',
    '9<7 ParallelStateFailed',
  ])
})

test('what runs beside a failed branch or iteration is given up from where that one failed', async () => {
  const waits = { Type: 'Wait', Seconds: 60, End: true }
  const chosen = {
    StartAt: 'C',
    States: {
      C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'F' }], Default: 'W' },
      F: { Type: 'Fail', Error: 'Boom' },
      W: waits,
    },
  }
  const map = { Type: 'Map', Items: [0, 1], ItemProcessor: chosen, End: true }
  const inMap = await chain({ M: map })
  const failed = inMap.find((event) => event.endsWith(' FailStateEntered'))?.split('<')[0]
  expect(inMap.slice(-4).map((event) => event.replace(/^\d+/, ''))).toEqual([
    `<${failed} MapIterationFailed`,
    `<${failed} MapIterationAborted`,
    `<${failed} WaitStateAborted`,
    `<${failed} MapStateFailed`,
  ])
  const parallel = {
    Type: 'Parallel',
    Branches: [flow({ W: waits }), flow({ F: { Type: 'Fail', Error: 'Boom' } })],
    End: true,
  }
  expect((await chain({ P: parallel })).slice(-3)).toEqual([
    '5<3 FailStateEntered',
    '6<5 WaitStateAborted',
    '7<5 ParallelStateFailed',
  ])
})

test('a distributed Map leaves from the start of its run, a Parallel from its branches', async () => {
  const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...nothing }
  expect(await chain({ M: { Type: 'Map', Items: [1], ItemProcessor: processor, End: true } })).toEqual([
    '2<0 MapStateEntered',
    '3<2 MapStateStarted',
    '4<3 MapRunStarted',
    '5<4 MapRunSucceeded',
    '6<5 MapStateSucceeded',
    '7<4 MapStateExited',
  ])
  const parallel = { Type: 'Parallel', Branches: [nothing], End: true }
  expect((await chain({ P: parallel })).slice(-2)).toEqual([
    '6<5 ParallelStateSucceeded',
    '7<5 ParallelStateExited',
  ])
})

test('a failed evaluation names its field, unless it is the input of a Map', async () => {
  const details = async (extra: object) => {
    const map = { Type: 'Map', ItemProcessor: nothing, End: true, ...extra }
    const { events } = await runDefinition(jsonata({ M: map }), { input: 'text' })
    return events.find(({ type }) => type === 'EvaluationFailed')?.evaluationFailedEventDetails
  }
  expect(await details({ Items: '{% $states.input %}' })).toMatchObject({ location: 'Items', state: 'M' })
  expect(await details({})).toEqual({
    error: 'States.QueryEvaluationError',
    cause:
      'An error occurred while executing the state \'M\' (entered at the event id #2). Map state input must be an array but was: "text"',
    state: 'M',
  })
})

test('the context object tells the attempt to states that are retried, and to no other', async () => {
  const states = {
    P: { Type: 'Pass', Output: { pass: '{% $keys($states.context.State) %}' }, Next: 'T' },
    T: {
      ...invoke,
      Arguments: { FunctionName: 'f' },
      Output: '{% $merge([$states.input, {"task": $keys($states.context.State)}]) %}',
    },
  }
  expect((await runDefinition(jsonata(states), { input: {}, mock: { T: {} } })).output).toEqual({
    pass: ['Name', 'EnteredTime'],
    task: ['Name', 'EnteredTime', 'RetryCount'],
  })
})

test.each(['2016-12-05 21:29:29Z', '2016-12-05T21:29:29', '2016-13-05T21:29:29Z', '05-12-2016T21:29:29Z'])(
  'a Wait until %s is refused at creation',
  (Timestamp) => {
    expect(refuseDefinition(jsonata({ WaitUntil: { Type: 'Wait', Timestamp, End: true } }))).toEqual([
      'SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/WaitUntil/Timestamp',
    ])
  },
)

const refused = (definition: unknown) => {
  try {
    return refuseDefinition(definition)
  } catch (error) {
    if (!(error instanceof DefinitionRefused)) throw error
    return error.problems
  }
}

test.each<[string, unknown, string]>([
  ['without states and start', {}, 'These fields are required: [States, StartAt] at /'],
  [
    'without a start',
    { QueryLanguage: 'JSONata', States: nothing.States },
    'These fields are required: [StartAt] at /',
  ],
  [
    'that falls back to JSONPath in a state',
    jsonata({ Pass: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } }),
    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/Pass",
  ],
  [
    'with a Wait for nothing',
    jsonata({ W: { Type: 'Wait', End: true } }),
    'SCHEMA_VALIDATION_FAILED: A Wait has exactly one of Seconds and Timestamp at /States/W',
  ],
  [
    'with a Wait for two things',
    jsonata({ W: { Type: 'Wait', Seconds: 1, Timestamp: '2030-01-01T00:00:00Z', End: true } }),
    'SCHEMA_VALIDATION_FAILED: A Wait has exactly one of Seconds and Timestamp at /States/W',
  ],
  ...['', 'a b', 'a?', 'x'.repeat(41)].map((Label): [string, unknown, string] => [
    `with the label "${Label}"`,
    jsonata({ M: { Type: 'Map', Label, ItemProcessor: nothing, End: true } }),
    'SCHEMA_VALIDATION_FAILED: Label must have 1 to 40 characters, without white space, wildcards, brackets and special characters at /States/M/Label',
  ]),
])('a definition %s is refused at creation', (_, definition, problem) => {
  expect(refused(definition)).toEqual([problem])
})
