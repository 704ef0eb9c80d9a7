/** SNS on the laptop: messages are appended to `.regimen/sns/<topic>.jsonl`, Lambda subscribers are invoked. */
import { nextPage } from '../next-page.ts'
import { AwsError, type Cloud, type Json, type LocalService } from '../service.ts'
import { publish } from './publish.ts'
import { topicResource, topicSubscriptionResource } from './resources.ts'
import { subscribe } from './subscribe.ts'
import { findTopic, openTopicStore, type Subscription, type TopicStore } from './topic-store.ts'

const pageSize = 100

export function snsService(): LocalService {
  let opened: TopicStore | undefined
  const state = ({ cloud }: { cloud: Cloud }) => {
    opened ??= openTopicStore(cloud)
    return opened
  }
  const token = (input: Json) => (typeof input.NextToken === 'string' ? input.NextToken : undefined)
  return {
    name: 'sns',
    actions: {
      async CreateTopic(input, call) {
        const { topics } = state(call)
        const { Name: name } = input
        if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,256}$/.test(name))
          throw new AwsError('InvalidParameter', 'Invalid parameter: Topic Name')
        const arn = call.cloud.arn('sns', name)
        if (!topics.has(arn)) topics.put(arn, { arn, name, owner: call.cloud.accountId, attributes: {} })
        return { TopicArn: arn }
      },
      async DeleteTopic(input, call) {
        const { topics, subscriptions } = state(call)
        // Deleting what is not there is no error.
        for (const item of subscriptions.values())
          if (item.topicArn === input.TopicArn) subscriptions.delete(item.arn)
        if (typeof input.TopicArn === 'string') topics.delete(input.TopicArn)
        return {}
      },
      async ListTopics(input, call) {
        const topics = state(call).topics.values()
        const sorted = topics.map(({ arn }) => ({ TopicArn: arn })).sort(byArn('TopicArn'))
        const { page, ...more } = nextPage(sorted, pageSize, token(input))
        return { Topics: page, ...more }
      },
      async GetTopicAttributes(input, call) {
        const store = state(call)
        const topic = findTopic(store, input.TopicArn)
        const subscribed = store.subscriptions.values().filter((item) => item.topicArn === topic.arn)
        const confirmed = subscribed.filter((item) => item.confirmed).length
        return {
          Attributes: {
            TopicArn: topic.arn,
            Owner: topic.owner,
            DisplayName: '',
            SubscriptionsConfirmed: String(confirmed),
            SubscriptionsPending: String(subscribed.length - confirmed),
            SubscriptionsDeleted: '0',
            ...topic.attributes,
          },
        }
      },
      async SetTopicAttributes(input, call) {
        const store = state(call)
        const topic = findTopic(store, input.TopicArn)
        const { AttributeName: name, AttributeValue: value = '' } = input
        if (typeof name !== 'string' || typeof value !== 'string')
          throw new AwsError('InvalidParameter', 'Invalid parameter: AttributeName')
        store.topics.put(topic.arn, { ...topic, attributes: { ...topic.attributes, [name]: value } })
        return {}
      },
      Publish: async (input, call) => publish(input, call, state(call)),
      Subscribe: async (input, call) => subscribe(input, call, state(call)),
      async Unsubscribe(input, call) {
        if (typeof input.SubscriptionArn === 'string') state(call).subscriptions.delete(input.SubscriptionArn)
        return {}
      },
      async ListSubscriptionsByTopic(input, call) {
        const store = state(call)
        const topic = findTopic(store, input.TopicArn)
        const subscribed = store.subscriptions.values().filter((item) => item.topicArn === topic.arn)
        const { page, ...more } = nextPage(
          subscribed.map(describe).sort(byArn('Endpoint')),
          pageSize,
          token(input),
        )
        return { Subscriptions: page, ...more }
      },
    },
    resources: {
      'aws:sns/topic:Topic': topicResource,
      'aws:sns/topicSubscription:TopicSubscription': topicSubscriptionResource,
    },
    start: async (cloud) => {
      state({ cloud })
    },
  }
}

const describe = (item: Subscription) => ({
  SubscriptionArn: item.confirmed ? item.arn : 'PendingConfirmation',
  Owner: item.owner,
  Protocol: item.protocol,
  Endpoint: item.endpoint,
  TopicArn: item.topicArn,
})

const byArn =
  <Key extends string>(key: Key) =>
  (a: Record<Key, string>, b: Record<Key, string>) =>
    a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0
