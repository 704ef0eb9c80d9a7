import { expect, test } from 'vitest'
import { AwsError } from '../../../local/service.ts'
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

const state = (resource: string, args: unknown, extra: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::${resource}`,
  Arguments: args,
  Output: '{% $states.result %}',
  End: true,
  ...extra,
})
const training = (extra: Record<string, unknown> = {}) =>
  state('sagemaker:createTrainingJob.sync', { TrainingJobName: 'j1' }, extra)

test('a function error becomes the error name, with its JSON as the cause', async () => {
  const details = '{"errorMessage":"bad row","errorType":"DatasetSchemaMismatch","trace":["at x"]}'
  const { engine } = await openEngine({
    'lambda:Invoke': () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(details) }),
  })
  expect(await runOn(engine, jsonata({ L: lambda() }))).toMatchObject({
    status: 'FAILED',
    error: 'DatasetSchemaMismatch',
    cause: details,
  })
})

test('lambda:invoke gives payload, status and version; a function named directly gives its answer alone', async () => {
  const { engine } = await openEngine({ 'lambda:Invoke': lambdaAnswer((payload) => [payload]) })
  const invoked = await runOn(engine, jsonata({ L: lambda({ Output: '{% $states.result %}' }) }), 5)
  expect(invoked.output).toEqual({ ExecutedVersion: '1', Payload: [5], StatusCode: 200 })
  const direct = await runOn(
    engine,
    jsonata({ L: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:f', End: true } }),
    5,
    'two',
  )
  expect(direct.output).toEqual([5])
  expect(direct.events.map((event) => event.type)).toContain('LambdaFunctionSucceeded')
})

test('.sync creates, watches, and hands on the description', async () => {
  let looks = 0
  const { engine, calls } = await openEngine({
    'sagemaker:CreateTrainingJob': () => ({ TrainingJobArn: 'arn' }),
    'sagemaker:DescribeTrainingJob': () => ({
      TrainingJobName: 'j1',
      TrainingJobStatus: ++looks < 3 ? 'InProgress' : 'Completed',
      CreationTime: new Date(1000),
    }),
  })
  const result = await runOn(engine, jsonata({ T: training() }))
  expect(result.output).toEqual({ TrainingJobName: 'j1', TrainingJobStatus: 'Completed', CreationTime: 1000 })
  expect(calls.map((call) => call.action)).toEqual([
    'sagemaker:CreateTrainingJob',
    ...Array(3).fill('sagemaker:DescribeTrainingJob'),
  ])
  expect(result.events.map((event) => event.type)).toContain('TaskSubmitted')
})

test.each(['Failed', 'Stopped'])('a job that ends %s fails the task with its description', async (status) => {
  const description = { TrainingJobName: 'j1', TrainingJobStatus: status, FailureReason: 'r' }
  const { engine } = await openEngine({
    'sagemaker:CreateTrainingJob': () => ({ TrainingJobArn: 'arn' }),
    'sagemaker:DescribeTrainingJob': () => description,
  })
  expect(await runOn(engine, jsonata({ T: training() }))).toMatchObject({
    status: 'FAILED',
    error: 'States.TaskFailed',
    cause: JSON.stringify(description),
  })
})

test('a task that times out stops its job; the execution fails with States.Timeout', async () => {
  const stopped = Promise.withResolvers<unknown>()
  const { engine } = await openEngine({
    'sagemaker:CreateTrainingJob': () => ({ TrainingJobArn: 'arn' }),
    'sagemaker:DescribeTrainingJob': () => ({ TrainingJobStatus: 'InProgress' }),
    'sagemaker:StopTrainingJob': (input) => {
      stopped.resolve(input)
      return {}
    },
  })
  const result = await runOn(engine, jsonata({ T: training({ TimeoutSeconds: '{% 1 %}' }) }))
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  expect(result.events.map((event) => event.type)).toContain('TaskTimedOut')
  expect(await stopped.promise).toEqual({ TrainingJobName: 'j1' })
})

test('stopping an execution aborts it and stops its job', async () => {
  const stopped = Promise.withResolvers<unknown>()
  const described = Promise.withResolvers<void>()
  const { engine } = await openEngine({
    'sagemaker:CreateTrainingJob': () => ({ TrainingJobArn: 'arn' }),
    'sagemaker:DescribeTrainingJob': () => {
      described.resolve()
      return { TrainingJobStatus: 'InProgress' }
    },
    'sagemaker:StopTrainingJob': (input) => {
      stopped.resolve(input)
      return {}
    },
  })
  await engine.start(startOf(jsonata({ T: training() })))
  await described.promise
  await engine.stop(executionArn('one'), 'Enough', 'of this')
  expect((await engine.ends(executionArn('one')))?.end).toMatchObject({
    status: 'ABORTED',
    error: 'Enough',
    cause: 'of this',
  })
  expect(await stopped.promise).toEqual({ TrainingJobName: 'j1' })
})

test.each([
  ['sagemaker:createModel', 'ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
  ['sagemaker:createModel', 'ValidationException', 'SageMaker.AmazonSageMakerException'],
  ['aws-sdk:s3:getObject', 'NoSuchKey', 'S3.NoSuchKeyException'],
  ['aws-sdk:dynamodb:putItem', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
  ['dynamodb:putItem', 'ConditionalCheckFailedException', 'DynamoDB.ConditionalCheckFailedException'],
  ['lambda:invoke', 'TooManyRequestsException', 'Lambda.TooManyRequestsException'],
  // What a service's model does not name has the service's generic name: recorded on AWS for DynamoDB.
  ['dynamodb:putItem', 'ValidationException', 'DynamoDB.AmazonDynamoDBException'],
  ['aws-sdk:dynamodb:putItem', 'ValidationException', 'DynamoDb.DynamoDbException'],
  ['aws-sdk:sagemaker:createModel', 'ValidationException', 'SageMaker.SageMakerException'],
  ['lambda:invoke', 'AccessDeniedException', 'Lambda.AWSLambdaException'],
  ['aws-sdk:s3:getObject', 'AccessDenied', 'S3.S3Exception'],
])('%s answered with %s fails as %s', async (resource, code, error) => {
  const refuse = () => {
    throw new AwsError(code, 'no')
  }
  const { engine } = await openEngine({
    'sagemaker:CreateModel': refuse,
    's3:GetObject': refuse,
    'dynamodb:PutItem': refuse,
    'lambda:Invoke': refuse,
  })
  const result = await runOn(engine, jsonata({ T: state(resource, {}) }))
  expect(result.error).toBe(error)
  expect(result.cause).toMatch(/^no \(Service: /)
  expect(/, Extended Request ID: \S+\)$/.test(result.cause ?? '')).toBe(resource.startsWith('aws-sdk:s3:'))
})

test('events:putEvents sends details as text, names the execution, and fails on a refused entry', async () => {
  let failed = 0
  const { engine, calls } = await openEngine({
    'events:PutEvents': () => ({ FailedEntryCount: failed, Entries: [{ EventId: 'e' }] }),
  })
  const put = state('events:putEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: { a: 1 } }] })
  expect((await runOn(engine, jsonata({ E: put }))).status).toBe('SUCCEEDED')
  expect(calls[0]?.input).toMatchObject({
    Entries: [
      { Detail: '{"a":1}', Resources: [executionArn('one'), expect.stringContaining('stateMachine')] },
    ],
  })
  failed = 1
  expect((await runOn(engine, jsonata({ E: put }), {}, 'two')).error).toBe('EventBridge.FailedEntry')
})

test('states:startExecution.sync:2 waits for the child and parses its output', async () => {
  const { engine, calls } = await openEngine({
    'states:StartExecution': () => ({ executionArn: 'arn:child', startDate: new Date(0) }),
    'states:DescribeExecution': () => ({ status: 'SUCCEEDED', input: '{"a":1}', output: '{"b":2}' }),
  })
  const result = await runOn(
    engine,
    jsonata({
      S: state('states:startExecution.sync:2', {
        StateMachineArn: 'arn:aws:states:us-east-1:0:stateMachine:m',
        Input: { a: 1 },
      }),
    }),
  )
  expect(result.output).toMatchObject({ Status: 'SUCCEEDED', Input: { a: 1 }, Output: { b: 2 } })
  expect(calls[0]?.input).toMatchObject({
    stateMachineArn: expect.any(String),
    input: '{"a":1}',
    name: expect.any(String),
  })
})

test('.waitForTaskToken hands out a token and goes on with what comes back for it, once', async () => {
  const asked = Promise.withResolvers<string>()
  const { engine } = await openEngine({
    'sns:Publish': (input) => {
      asked.resolve(JSON.parse(String(input.Message)).token)
      return { MessageId: 'm' }
    },
  })
  const wait = state('sns:publish.waitForTaskToken', {
    TopicArn: 't',
    Message: { token: '{% $states.context.Task.Token %}' },
  })
  await engine.start(startOf(jsonata({ W: wait })))
  const token = await asked.promise
  expect(await engine.tokens.settle('forged', { output: '1' })).toBe('unknown')
  expect(engine.tokens.heartbeat(token)).toBe('delivered')
  expect(await engine.tokens.settle(token, { output: '{"approved":true}' })).toBe('delivered')
  expect(await engine.tokens.settle(token, { output: '{"approved":false}' })).toBe('gone')
  expect(await engine.ended(executionArn('one'))).toMatchObject({ output: { approved: true } })
})

test('SendTaskFailure fails the task, and a missed heartbeat times it out', async () => {
  const asked = Promise.withResolvers<string>()
  const { engine } = await openEngine({
    'sns:Publish': (input) => {
      asked.resolve(String(input.Message))
      return {}
    },
  })
  const wait = (extra: Record<string, unknown>) =>
    state(
      'sns:publish.waitForTaskToken',
      { TopicArn: 't', Message: '{% $states.context.Task.Token %}' },
      extra,
    )
  await engine.start(startOf(jsonata({ W: wait({}) })))
  await engine.tokens.settle(await asked.promise, { error: 'Refused', cause: 'by me' })
  expect(await engine.ended(executionArn('one'))).toMatchObject({ error: 'Refused', cause: 'by me' })
  const missed = await runOn(engine, jsonata({ W: wait({ HeartbeatSeconds: 1 }) }), {}, 'two')
  expect(missed.error).toBe('States.HeartbeatTimeout')
  expect((await eventsOf(engine, 'two')).map((event) => event.type)).toContain('TaskTimedOut')
})
