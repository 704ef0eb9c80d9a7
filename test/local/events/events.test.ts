import { afterEach, describe, expect, test } from 'vitest'
import { eventsService } from '../../../local/events/service.ts'
import { AwsError, type Json, type LocalService } from '../../../local/service.ts'
import {
  eventually,
  type FakeCloud,
  type FakeCloudOptions,
  fakeCloud,
  recordingService,
} from '../fake-cloud.ts'

const stops: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function bus(targets: readonly LocalService[], options: FakeCloudOptions = {}) {
  const service = eventsService()
  stops.push(() => service.stop?.())
  return { service, cloud: fakeCloud([service, ...targets], options) }
}

const ask = (cloud: FakeCloud, action: string, input: Json, as?: string) =>
  cloud.ask('events', action, input, as)
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:record-outcome:live'
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:m'

async function rule(cloud: FakeCloud, target: Json, pattern: Json = { source: ['app'] }) {
  await ask(cloud, 'PutRule', { Name: 'r', EventPattern: JSON.stringify(pattern) })
  await ask(cloud, 'PutTargets', { Rule: 'r', Targets: [{ Id: 't', ...target }] })
}

const putEvent = (cloud: FakeCloud, Source: string, detail: Json = {}, as?: string) =>
  ask(
    cloud,
    'PutEvents',
    { Entries: [{ Source, DetailType: 'Happened', Detail: JSON.stringify(detail) }] },
    as,
  )

const payload = (input: Json) => JSON.parse(Buffer.from(input.Payload as Uint8Array).toString())

describe('a rule', () => {
  test('hands a matching event to its Lambda function, and no other', async () => {
    const lambda = recordingService('lambda', { Invoke: () => ({ StatusCode: 202 }) })
    const { cloud } = bus([lambda])
    await rule(cloud, { Arn: functionArn })
    await putEvent(cloud, 'other')
    const answer = await putEvent(cloud, 'app', { id: 7 })
    await eventually('the function is invoked', () => lambda.calls[0])
    expect(lambda.calls).toHaveLength(1)
    const { input } = lambda.calls[0]!
    expect(input).toMatchObject({ FunctionName: functionArn, InvocationType: 'Event' })
    expect(payload(input)).toEqual({
      version: '0',
      id: (answer.Entries as Json[])[0]!.EventId,
      'detail-type': 'Happened',
      source: 'app',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-east-1',
      resources: [],
      detail: { id: 7 },
    })
  })

  test('starts a state machine as its role, and publishes to a topic', async () => {
    const states = recordingService('states', { StartExecution: () => ({}) })
    const sns = recordingService('sns', { Publish: () => ({}) })
    const { cloud } = bus([states, sns])
    const RoleArn = 'arn:aws:iam::000000000000:role/starter'
    await rule(cloud, { Arn: machineArn, RoleArn, InputPath: '$.detail' })
    await ask(cloud, 'PutTargets', {
      Rule: 'r',
      Targets: [{ Id: 's', Arn: 'arn:aws:sns:us-east-1:000000000000:a' }],
    })
    await putEvent(cloud, 'app', { id: 7 })
    const call = await eventually('the machine starts', () => states.calls[0])
    expect(call).toMatchObject({ as: RoleArn, input: { stateMachineArn: machineArn, input: '{"id":7}' } })
    await eventually('the topic hears', () => sns.calls[0])
  })

  test('tries again when its target fails for now', async () => {
    const lambda = recordingService('lambda', {
      Invoke: (_input, attempt) => {
        if (attempt < 3) throw new AwsError('ServiceException', 'not now', 500)
        return {}
      },
    })
    const { cloud } = bus([lambda])
    await rule(cloud, { Arn: functionArn })
    await putEvent(cloud, 'app')
    await eventually('the third attempt', () => lambda.calls[2])
  })

  test('gives up on a target that is not there, and the log says so', async () => {
    const lambda = recordingService('lambda', {
      Invoke: () => {
        throw new AwsError('ResourceNotFoundException', 'Function not found', 404)
      },
    })
    const { cloud } = bus([lambda])
    await rule(cloud, { Arn: functionArn })
    await putEvent(cloud, 'app')
    const line = await eventually('the log tells', () => cloud.lines[0])
    expect(line).toBe(`events: rule r gave up on ${functionArn}: ResourceNotFoundException`)
    expect(lambda.calls).toHaveLength(1)
  })

  test('delivers after a restart what was not delivered before', async () => {
    const down = recordingService('lambda', {
      Invoke: () => {
        throw new AwsError('ServiceException', 'down', 500)
      },
    })
    const first = bus([down])
    await rule(first.cloud, { Arn: functionArn })
    await putEvent(first.cloud, 'app', { id: 7 })
    await eventually('an attempt', () => down.calls[0])
    await first.service.stop?.()
    const up = recordingService('lambda', { Invoke: () => ({}) })
    const second = bus([up], { directory: first.cloud.directory('').replace(/\/$/, '') })
    await second.service.start?.(second.cloud)
    expect(payload((await eventually('delivered', () => up.calls[0])).input).detail).toEqual({ id: 7 })
  })

  test('that is disabled takes nothing', async () => {
    const lambda = recordingService('lambda', { Invoke: () => ({}) })
    const { cloud } = bus([lambda])
    await rule(cloud, { Arn: functionArn })
    await ask(cloud, 'PutRule', { Name: 'r', EventPattern: '{"source":["app"]}', State: 'DISABLED' })
    await putEvent(cloud, 'app')
    expect(lambda.calls).toEqual([])
    expect(await ask(cloud, 'ListTargetsByRule', { Rule: 'r' })).toEqual({
      Targets: [{ Id: 't', Arn: functionArn }],
    })
  })
})

describe('PutEvents', () => {
  test('answers per entry, and keeps the sources of AWS for the services', async () => {
    const { cloud } = bus([])
    expect(await putEvent(cloud, 'aws.s3', {}, 'arn:aws:iam::000000000000:role/some')).toEqual({
      FailedEntryCount: 1,
      Entries: [
        { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
      ],
    })
    expect(
      await ask(cloud, 'PutEvents', { Entries: [{ Source: 'app', DetailType: 'x', Detail: '{' }] }),
    ).toEqual({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }],
    })
  })
})

test('a rule with targets is not deleted, and one that is not there is', async () => {
  const { cloud } = bus([])
  await rule(cloud, { Arn: functionArn })
  await expect(ask(cloud, 'DeleteRule', { Name: 'r' })).rejects.toMatchObject({
    code: 'ValidationException',
    message: "Rule can't be deleted since it has targets.",
  })
  await ask(cloud, 'RemoveTargets', { Rule: 'r', Ids: ['t'] })
  await ask(cloud, 'DeleteRule', { Name: 'r' })
  await ask(cloud, 'DeleteRule', { Name: 'r' })
  await expect(ask(cloud, 'DescribeRule', { Name: 'r' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'Rule r does not exist on EventBus default.',
  })
})

test('the Pulumi types make a rule with a target and take both away', async () => {
  const { cloud } = bus([])
  const call = cloud.callAs(cloud.root.arn)
  const ruleType = cloud.resource('aws:cloudwatch/eventRule:EventRule')
  const targetType = cloud.resource('aws:cloudwatch/eventTarget:EventTarget')
  const made = await ruleType.create({ name: 'r', eventPattern: '{"source":["app"]}' }, call)
  expect(made.outputs.arn).toBe('arn:aws:events:us-east-1:000000000000:rule/r')
  const inputs = {
    rule: 'r',
    arn: functionArn,
    inputTransformer: { inputPaths: { id: '$.detail.id' }, inputTemplate: '{"id": <id>}' },
    retryPolicy: { maximumRetryAttempts: 3 },
  }
  const target = await targetType.create(inputs, call)
  expect(await ask(cloud, 'ListTargetsByRule', { Rule: 'r' })).toEqual({
    Targets: [
      {
        Id: 'r-target',
        Arn: functionArn,
        InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"id": <id>}' },
        RetryPolicy: { MaximumRetryAttempts: 3 },
      },
    ],
  })
  await targetType.delete(target.id, target.outputs, call)
  await ruleType.delete(made.id, made.outputs, call)
  expect(await ask(cloud, 'ListRules', {})).toEqual({ Rules: [] })
})
