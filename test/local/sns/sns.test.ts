import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../local/service.ts'
import { snsService } from '../../../local/sns/service.ts'
import { eventually, type FakeCloud, fakeCloud, recordingService } from '../fake-cloud.ts'

const ask = (cloud: FakeCloud, action: string, input: Json = {}) => cloud.ask('sns', action, input)
const arn = 'arn:aws:sns:us-east-1:000000000000:alerts'
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:notify'

async function withTopic(...more: Parameters<typeof fakeCloud>[0][number][]) {
  const cloud = fakeCloud([snsService(), ...more])
  await ask(cloud, 'CreateTopic', { Name: 'alerts' })
  return cloud
}

const messages = (cloud: FakeCloud) =>
  readFileSync(join(cloud.directory('sns'), 'alerts.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)

describe('a topic', () => {
  test('is made once, however often it is asked for', async () => {
    const cloud = await withTopic()
    expect(await ask(cloud, 'CreateTopic', { Name: 'alerts' })).toEqual({ TopicArn: arn })
    expect(await ask(cloud, 'ListTopics')).toEqual({ Topics: [{ TopicArn: arn }] })
  })

  test('appends what is published to its file', async () => {
    const cloud = await withTopic()
    const { MessageId } = await ask(cloud, 'Publish', {
      TopicArn: arn,
      Subject: 'drift',
      Message: 'first\nline',
    })
    await ask(cloud, 'Publish', { TopicArn: arn, MessageStructure: 'json', Message: '{"default":"second"}' })
    expect(messages(cloud)).toMatchObject([
      { MessageId, TopicArn: arn, Subject: 'drift', Message: 'first\nline' },
      { Message: 'second' },
    ])
  })

  test('invokes the functions that subscribed, with the event of SNS', async () => {
    const lambda = recordingService('lambda', { Invoke: () => ({}) })
    const cloud = await withTopic(lambda)
    const { SubscriptionArn } = await ask(cloud, 'Subscribe', {
      TopicArn: arn,
      Protocol: 'lambda',
      Endpoint: functionArn,
    })
    await ask(cloud, 'Publish', { TopicArn: arn, Message: 'hello' })
    const { input } = await eventually('the function is invoked', () => lambda.calls[0])
    expect(JSON.parse(Buffer.from(input.Payload as Uint8Array).toString())).toMatchObject({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: SubscriptionArn,
          Sns: { Type: 'Notification', TopicArn: arn, Subject: null, Message: 'hello' },
        },
      ],
    })
  })

  test('counts subscriptions, and those that wait for the reader', async () => {
    const cloud = await withTopic()
    const email = { TopicArn: arn, Protocol: 'email', Endpoint: 'ops@example.org' }
    expect(await ask(cloud, 'Subscribe', email)).toEqual({ SubscriptionArn: 'pending confirmation' })
    await ask(cloud, 'Subscribe', email)
    await ask(cloud, 'Subscribe', { TopicArn: arn, Protocol: 'lambda', Endpoint: functionArn })
    expect((await ask(cloud, 'GetTopicAttributes', { TopicArn: arn })).Attributes).toMatchObject({
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
    })
    const { Subscriptions } = await ask(cloud, 'ListSubscriptionsByTopic', { TopicArn: arn })
    expect((Subscriptions as Json[]).map(({ Endpoint }) => Endpoint)).toEqual([
      functionArn,
      'ops@example.org',
    ])
  })
})

describe('SNS refuses', () => {
  const refusals: [string, string, Json, { code: string; message: string }][] = [
    [
      'a topic that is not there',
      'Publish',
      { TopicArn: `${arn}-x`, Message: 'a' },
      { code: 'NotFound', message: 'Topic does not exist' },
    ],
    [
      'what is no ARN',
      'Publish',
      { TopicArn: 'alerts', Message: 'a' },
      { code: 'InvalidParameter', message: 'Invalid parameter: TopicArn' },
    ],
    [
      'an empty message',
      'Publish',
      { TopicArn: arn, Message: '' },
      { code: 'InvalidParameter', message: 'Invalid parameter: Empty message' },
    ],
    [
      'a message beyond 256 KiB',
      'Publish',
      { TopicArn: arn, Message: 'é'.repeat(131_073) },
      { code: 'InvalidParameter', message: 'Invalid parameter: Message too long' },
    ],
    [
      'a subject of two lines',
      'Publish',
      { TopicArn: arn, Message: 'a', Subject: 'a\nb' },
      { code: 'InvalidParameter', message: 'Invalid parameter: Subject' },
    ],
    [
      'a protocol that does not exist',
      'Subscribe',
      { TopicArn: arn, Protocol: 'pigeon', Endpoint: 'x' },
      {
        code: 'InvalidParameter',
        message: 'Invalid parameter: Does not support this protocol string: pigeon',
      },
    ],
    [
      'a name with a space',
      'CreateTopic',
      { Name: 'a b' },
      { code: 'InvalidParameter', message: 'Invalid parameter: Topic Name' },
    ],
  ]
  for (const [what, action, input, error] of refusals)
    test(what, async () => {
      await expect(ask(await withTopic(), action, input)).rejects.toMatchObject(error)
    })
})

test('the Pulumi types make a topic with a subscription and take both away', async () => {
  const cloud = fakeCloud([snsService()])
  const call = cloud.callAs(cloud.root.arn)
  const topic = await cloud.resource('aws:sns/topic:Topic').create({ name: 'alerts' }, call)
  expect(topic).toMatchObject({ id: arn, outputs: { arn, owner: '000000000000' } })
  const inputs = { topic: arn, protocol: 'email', endpoint: 'ops@example.org' }
  const type = cloud.resource('aws:sns/topicSubscription:TopicSubscription')
  const subscription = await type.create(inputs, call)
  expect(subscription.outputs).toMatchObject({ pendingConfirmation: true })
  await type.delete(subscription.id, subscription.outputs, call)
  expect(await ask(cloud, 'ListSubscriptionsByTopic', { TopicArn: arn })).toEqual({ Subscriptions: [] })
  await cloud.resource('aws:sns/topic:Topic').delete(topic.id, topic.outputs, call)
  expect(await ask(cloud, 'ListTopics')).toEqual({ Topics: [] })
})
