/** SNS: topics, subscriptions, messages. */
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) => `https://docs.aws.amazon.com/sns/latest/api/API_${action}.html`
const lambda = 'arn:aws:lambda:us-east-1:000000000000:function:listener'

async function openTopic({ client }: Server) {
  const sns = new SNSClient(client)
  const Name = unique('contract')
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }))
  const publish = async (input: PublishCommandInput) =>
    await sns.send(new PublishCommand({ TopicArn, ...input }))
  const attributes = async () =>
    (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {}
  return { sns, Name, TopicArn, publish, attributes }
}

contract('SNS', openTopic, (agree) => {
  agree('makes a topic once, however often it is asked', async ({ sns, Name, TopicArn }) => {
    expect(TopicArn).toBe(`arn:aws:sns:us-east-1:000000000000:${Name}`)
    expect((await sns.send(new CreateTopicCommand({ Name }))).TopicArn).toBe(TopicArn)
  })

  agree('refuses a name that is not valid', async ({ sns }) => {
    const call = sns.send(new CreateTopicCommand({ Name: 'a b' }))
    expect(await refusal(call)).toEqual({ name: 'InvalidParameterException', status: 400 })
  })

  agree('lists topics', async ({ sns, TopicArn }) => {
    const { Topics } = await sns.send(new ListTopicsCommand({}))
    expect(Topics?.map((topic) => topic.TopicArn)).toContain(TopicArn)
  })

  agree('describes a topic and takes attributes', async ({ sns, TopicArn, attributes }) => {
    expect(await attributes()).toMatchObject({ TopicArn, Owner: '000000000000', DisplayName: '' })
    const change = { TopicArn, AttributeName: 'DisplayName', AttributeValue: 'Drift' }
    await sns.send(new SetTopicAttributesCommand(change))
    expect((await attributes()).DisplayName).toBe('Drift')
  })

  agree('says which topic is not there', async ({ sns, TopicArn, publish }) => {
    const absent = `${TopicArn}-absent`
    const describe = sns.send(new GetTopicAttributesCommand({ TopicArn: absent }))
    expect(await refusal(describe)).toEqual({ name: 'NotFoundException', status: 404 })
    const call = publish({ TopicArn: absent, Message: 'x' })
    expect(await refusal(call)).toEqual({ name: 'NotFoundException', status: 404 })
  })

  agree('takes a message with subject and attributes', async ({ publish }) => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'drift' } }
    const { MessageId } = await publish({ Message: 'ü', Subject: 'Drift', MessageAttributes })
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/)
  })

  agree('takes a message with a text per protocol', async ({ publish }) => {
    const Message = JSON.stringify({ default: 'short', email: 'long' })
    expect((await publish({ Message, MessageStructure: 'json' })).MessageId).toMatch(/^[0-9a-f-]{36}$/)
  })

  agree('refuses a message over 256 KiB', async ({ publish }) => {
    expect(await refusal(publish({ Message: 'x'.repeat(262_145) }))).toEqual({
      name: 'InvalidParameterException',
      status: 400,
    })
  })

  agree(
    'refuses an empty message, and a text per protocol without the default',
    { moto: 'takes both', documented: documented('Publish') },
    async ({ publish }) => {
      expect((await refusal(publish({ Message: '' }))).name).toBe('InvalidParameterException')
      const Message = JSON.stringify({ email: 'long' })
      const call = publish({ Message, MessageStructure: 'json' })
      expect((await refusal(call)).name).toBe('InvalidParameterException')
    },
  )

  agree('refuses a subject over 100 characters', async ({ publish }) => {
    expect((await refusal(publish({ Message: 'x', Subject: 's'.repeat(101) }))).name).toBe(
      'InvalidParameterException',
    )
  })

  agree('subscribes a function once, lists it, and lets it go', async ({ sns, TopicArn }) => {
    const input = { TopicArn, Protocol: 'lambda', Endpoint: lambda }
    const { SubscriptionArn = '' } = await sns.send(new SubscribeCommand(input))
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`))
    expect((await sns.send(new SubscribeCommand(input))).SubscriptionArn).toBe(SubscriptionArn)
    const list = async () =>
      (await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions ?? []
    expect(await list()).toEqual([
      { SubscriptionArn, TopicArn, Protocol: 'lambda', Endpoint: lambda, Owner: '000000000000' },
    ])
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }))
    expect(await list()).toEqual([])
  })

  agree(
    'counts the subscriptions of a topic',
    {
      moto: 'counts them when the topic is made and never again',
      documented: documented('GetTopicAttributes'),
    },
    async ({ sns }) => {
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: unique('counted') }))
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: lambda }))
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }))
      expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsPending: '0' })
    },
  )

  agree(
    'waits for the reader of an e-mail subscription to confirm',
    { moto: 'confirms it at once', documented: documented('Subscribe') },
    async ({ sns, TopicArn }) => {
      const input = { TopicArn, Protocol: 'email', Endpoint: 'a@example.org' }
      expect((await sns.send(new SubscribeCommand(input))).SubscriptionArn).toBe('pending confirmation')
    },
  )

  agree(
    'refuses a protocol that does not exist',
    { moto: 'takes any', documented: documented('Subscribe') },
    async ({ sns, TopicArn }) => {
      const call = sns.send(new SubscribeCommand({ TopicArn, Protocol: 'pigeon', Endpoint: 'x' }))
      expect((await refusal(call)).name).toBe('InvalidParameterException')
    },
  )

  agree('deletes a topic, and again, without an error', async ({ sns }) => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: unique('short-lived') }))
    for (let time = 0; time < 2; time++) await sns.send(new DeleteTopicCommand({ TopicArn }))
    const call = sns.send(new GetTopicAttributesCommand({ TopicArn }))
    expect((await refusal(call)).name).toBe('NotFoundException')
  })
})
