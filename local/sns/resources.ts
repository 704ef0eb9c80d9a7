/** The Pulumi types of SNS: a topic and a subscription. */
import * as z from 'zod'
import type { ResourceType } from '../service.ts'

const topicInputs = z.object({ name: z.string(), tags: z.record(z.string(), z.string()).optional() })

export const topicResource: ResourceType = {
  replaceOn: ['name', 'fifoTopic'],
  async create(inputs, { cloud, principal }) {
    const { name, tags = {} } = topicInputs.parse(inputs)
    const { TopicArn: arn } = await cloud.call('sns', 'CreateTopic', { Name: name }, principal)
    return {
      id: String(arn),
      outputs: { ...inputs, arn, owner: cloud.accountId, tagsAll: tags, beginningArchiveTime: '' },
    }
  },
  async update(id, inputs, _previous, { cloud }) {
    const { tags = {} } = topicInputs.parse(inputs)
    return {
      outputs: { ...inputs, arn: id, owner: cloud.accountId, tagsAll: tags, beginningArchiveTime: '' },
    }
  },
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('sns', 'DeleteTopic', { TopicArn: id }, principal)
  },
}

const subscriptionInputs = z.object({ topic: z.string(), protocol: z.string(), endpoint: z.string() })

export const topicSubscriptionResource: ResourceType = {
  replaceOn: ['topic', 'protocol', 'endpoint'],
  async create(inputs, { cloud, principal }) {
    const { topic, protocol, endpoint } = subscriptionInputs.parse(inputs)
    const { SubscriptionArn: arn } = await cloud.call(
      'sns',
      'Subscribe',
      { TopicArn: topic, Protocol: protocol, Endpoint: endpoint, ReturnSubscriptionArn: true },
      principal,
    )
    const pendingConfirmation = protocol.startsWith('email')
    return {
      id: String(arn),
      outputs: { ...inputs, arn, ownerId: cloud.accountId, pendingConfirmation },
    }
  },
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('sns', 'Unsubscribe', { SubscriptionArn: id }, principal)
  },
}
