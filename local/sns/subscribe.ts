/** Subscribe: every protocol that the platform uses is accepted; on the laptop only Lambda functions are called. */
import { randomUUID } from 'node:crypto'
import { AwsError, type Call, type Json } from '../service.ts'
import { findTopic, type TopicStore } from './topic-store.ts'

const endpointOf: Readonly<Record<string, RegExp>> = {
  email: /^[^@\s]+@[^@\s]+$/,
  'email-json': /^[^@\s]+@[^@\s]+$/,
  lambda: /^arn:aws[a-z-]*:lambda:/,
  sqs: /^arn:aws[a-z-]*:sqs:/,
  https: /^https:\/\//,
}

export function subscribe(input: Json, call: Call, store: TopicStore): Json {
  const topic = findTopic(store, input.TopicArn)
  const { Protocol: protocol, Endpoint: endpoint } = input
  const pattern = typeof protocol === 'string' ? endpointOf[protocol] : undefined
  if (typeof protocol !== 'string' || pattern === undefined)
    throw new AwsError(
      'InvalidParameter',
      `Invalid parameter: Does not support this protocol string: ${String(protocol)}`,
    )
  if (typeof endpoint !== 'string' || !pattern.test(endpoint))
    throw new AwsError('InvalidParameter', `Invalid parameter: Endpoint`)
  const earlier = store.subscriptions
    .values()
    .find((item) => item.topicArn === topic.arn && item.protocol === protocol && item.endpoint === endpoint)
  const subscription = earlier ?? {
    arn: `${topic.arn}:${randomUUID()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    owner: call.cloud.accountId,
    confirmed: protocol === 'lambda' || protocol === 'sqs',
  }
  if (earlier === undefined) store.subscriptions.put(subscription.arn, subscription)
  const told = subscription.confirmed || input.ReturnSubscriptionArn === true
  return { SubscriptionArn: told ? subscription.arn : 'pending confirmation' }
}
