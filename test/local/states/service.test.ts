import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json, LocalService } from '../../../local/service.ts'
import { statesService } from '../../../local/states/service.ts'
import { stateMachineResource } from '../../../local/states/state-machine-resource.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { jsonata } from './fake-engine.ts'

const roleArn = 'arn:aws:iam::000000000000:role/states'
const emitted: Json[] = []
/** Stands for EventBridge: keeps what it is handed. */
const events: LocalService = {
  name: 'events',
  actions: {
    async PutEvents(input) {
      for (const entry of input.Entries as { Detail: string; Source: string; DetailType: string }[]) {
        emitted.push({ ...JSON.parse(entry.Detail), source: entry.Source, type: entry.DetailType })
      }
      return { FailedEntryCount: 0, Entries: [] }
    },
  },
}

let sfn: SFNClient
let cloud: TestCloud

beforeAll(async () => {
  cloud = await testCloud({ services: [statesService({ pollMilliseconds: 5 }), events], enforce: false })
  sfn = new SFNClient(cloud.client())
})
afterAll(async () => {
  sfn.destroy()
  await cloud.stop()
})

async function machine(name: string, states: Record<string, unknown>): Promise<string> {
  const answer = await sfn.send(
    new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(jsonata(states)) }),
  )
  return answer.stateMachineArn!
}
async function ended(executionArn: string) {
  for (;;) {
    const description = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    if (description.status !== 'RUNNING') return description
    await new Promise(setImmediate)
  }
}
const wait = { W: { Type: 'Wait', Seconds: 600, End: true } }

describe('state machines', () => {
  test('are created once, described, updated, listed and deleted', async () => {
    const stateMachineArn = await machine('crud', { A: { Type: 'Succeed' } })
    expect(stateMachineArn).toBe('arn:aws:states:us-east-1:000000000000:stateMachine:crud')
    expect(await machine('crud', { A: { Type: 'Succeed' } })).toBe(stateMachineArn)
    await expect(machine('crud', { B: { Type: 'Succeed' } })).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
    })
    const definition = JSON.stringify(jsonata({ B: { Type: 'Succeed' } }))
    const updated = await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true }),
    )
    expect(updated.stateMachineVersionArn).toBe(`${stateMachineArn}:1`)
    expect(await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: 'crud',
      definition,
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn,
      creationDate: expect.any(Date),
    })
    const listed = await sfn.send(new ListStateMachinesCommand({}))
    expect(listed.stateMachines?.map(({ name }) => name)).toContain('crud')
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
    await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${stateMachineArn}'`,
    })
  })

  test.each([
    ['bad name', { A: { Type: 'Succeed' } }, 'InvalidName'],
    ['path', { A: { Type: 'Pass', Result: 1, End: true } }, 'InvalidDefinition'],
    ['dangling', { A: { Type: 'Pass', Next: 'B' } }, 'InvalidDefinition'],
  ])('%s is refused', async (name, states, error) => {
    await expect(machine(name, states)).rejects.toMatchObject({ name: error })
  })

  const task = (Resource: string) => ({ T: { Type: 'Task', Resource, End: true } })
  test.each([
    [
      'a misspelt integration',
      task('arn:aws:states:::lambda:invok'),
      'SCHEMA_VALIDATION_FAILED: lambda:invok is no integration of this platform; check the spelling and the pattern at /States/T/Resource',
    ],
    [
      '.sync on an endpoint',
      task('arn:aws:states:::sagemaker:createEndpoint.sync'),
      'SCHEMA_VALIDATION_FAILED: createEndpoint.sync does not exist: createEndpoint returns at once; create it, then poll its description at /States/T/Resource',
    ],
    [
      'a bare name',
      { A: { Type: 'Pass', Output: { v: '{% phone %}' }, End: true } },
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/A/Output/v",
    ],
    [
      'a state that is not reached',
      { A: { Type: 'Succeed' }, B: { Type: 'Succeed' } },
      'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
    ],
    [
      'a transition to nowhere',
      { A: { Type: 'Pass', Next: 'B' } },
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
    ],
  ])('%s is refused in the form that AWS refuses in', async (_, states, message) => {
    await expect(machine('refused', states)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: `Invalid State Machine Definition: '${message}'`,
    })
  })

  test('a definition is validated without being created', async () => {
    const definition = JSON.stringify(jsonata({ A: { Type: 'Pass', Output: '{% $foo( %}', End: true } }))
    const answer = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition }))
    expect(answer.result).toBe('FAIL')
    expect(answer.diagnostics?.[0]?.location).toContain('/States/A')
  })
})

describe('executions', () => {
  test('run to their end, and are told to EventBridge from start to end', async () => {
    const stateMachineArn = await machine('echo', {
      A: { Type: 'Pass', Output: '{% $states.input.x %}', End: true },
    })
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: 'e1', input: '{"x": 5}' }),
    )
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:echo:e1')
    expect(await ended(executionArn!)).toMatchObject({
      status: 'SUCCEEDED',
      input: '{"x":5}',
      output: '5',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
    })
    await expect.poll(() => emitted.filter((event) => event.name === 'e1').length).toBe(2)
    expect(emitted.filter((event) => event.name === 'e1')).toMatchObject([
      { status: 'RUNNING', executionArn, stateMachineArn, input: '{"x":5}', stopDate: null, output: null },
      {
        status: 'SUCCEEDED',
        output: '5',
        type: 'Step Functions Execution Status Change',
        source: 'aws.states',
      },
    ])
    const started = await sfn.send(
      new DescribeStateMachineForExecutionCommand({ executionArn: executionArn! }),
    )
    expect(JSON.parse(started.definition!).StartAt).toBe('A')
  })

  test('the same name and input while running is the same execution; anything else is refused', async () => {
    const stateMachineArn = await machine('names', wait)
    const start = (name: string, input: string) =>
      sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }))
    const [first, second] = await Promise.all([start('n', '{"a":1}'), start('n', '{"a": 1}')])
    expect(second.executionArn).toBe(first.executionArn)
    await expect(start('n', '{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn!, error: 'E', cause: 'C' }))
    expect(await ended(first.executionArn!)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C' })
    await expect(start('n', '{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await expect(start('a/b', '{}')).rejects.toMatchObject({ name: 'InvalidName' })
    await expect(start('m', '{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' })
  })

  test('the history comes in pages, forwards and backwards', async () => {
    const stateMachineArn = await machine('pages', { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } })
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }))
    await ended(executionArn!)
    const page = (nextToken?: string) =>
      sfn.send(
        new GetExecutionHistoryCommand({
          executionArn: executionArn!,
          maxResults: 4,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
    const first = await page()
    const second = await page(first.nextToken)
    expect([...first.events!, ...second.events!].map(({ id, type }) => `${id} ${type}`)).toEqual([
      '1 ExecutionStarted',
      '2 PassStateEntered',
      '3 PassStateExited',
      '4 SucceedStateEntered',
      '5 SucceedStateExited',
      '6 ExecutionSucceeded',
    ])
    expect(first.events![1]).toMatchObject({
      timestamp: expect.any(Date),
      stateEnteredEventDetails: { name: 'A', input: '{}' },
    })
    const last = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn: executionArn!, maxResults: 1, reverseOrder: true }),
    )
    expect(last.events?.[0]?.type).toBe('ExecutionSucceeded')
  })

  test('a Map run shows its progress, its children and their histories', async () => {
    const stateMachineArn = await machine('mapped', {
      M: {
        Type: 'Map',
        Label: 'Parts',
        Items: [1, 2, 3],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'P',
          States: { P: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    })
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'm1' }))
    await ended(executionArn!)
    const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn: executionArn! }))
    const mapRunArn = mapRuns![0]!.mapRunArn!
    expect(await sfn.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      status: 'SUCCEEDED',
      itemCounts: { total: 3, succeeded: 3, running: 0, failed: 0 },
    })
    const children = await sfn.send(new ListExecutionsCommand({ mapRunArn }))
    expect(children.executions?.map(({ status }) => status)).toEqual(Array(3).fill('SUCCEEDED'))
    const child = children.executions![1]!.executionArn!
    expect(await ended(child)).toMatchObject({ status: 'SUCCEEDED', output: '2' })
    const history = await sfn.send(new GetExecutionHistoryCommand({ executionArn: child }))
    expect(history.events?.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  test('what does not exist is said so', async () => {
    const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:echo:nobody'
    await expect(sfn.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
      message: `Execution Does Not Exist: '${executionArn}'`,
    })
    await expect(
      sfn.send(new SendTaskSuccessCommand({ taskToken: 'forged', output: '{}' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' })
  })
})

test('the Pulumi resource creates, updates and deletes a state machine', async () => {
  const call = {
    cloud: cloud.running.cloud,
    principal: cloud.running.root,
    requestId: 'r',
    signal: new AbortController().signal,
  }
  const inputs = {
    name: 'regimen-dev-x',
    definition: JSON.stringify(jsonata({ A: { Type: 'Succeed' } })),
    roleArn,
    publish: true,
  }
  const { id, outputs } = await stateMachineResource.create(inputs, call)
  expect(outputs).toMatchObject({ arn: id, status: 'ACTIVE', stateMachineVersionArn: `${id}:1` })
  const changed = { ...inputs, definition: JSON.stringify(jsonata({ B: { Type: 'Succeed' } })) }
  const updated = await stateMachineResource.update!(id, changed, outputs, call)
  expect(updated.outputs).toMatchObject({ arn: id, stateMachineVersionArn: `${id}:2` })
  await stateMachineResource.delete(id, updated.outputs, call)
  await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn: id }))).rejects.toThrow()
})
