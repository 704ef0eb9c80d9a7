/** Publish: the message goes into the topic's file, and to every Lambda function that subscribed. */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { ownerPrincipal } from '../owner-principal.ts'
import { AwsError, type Call, type Cloud, type Json } from '../service.ts'
import { findTopic, type Subscription, type Topic, type TopicStore } from './topic-store.ts'

const request = z.object({
  Message: z.string(),
  Subject: z.string().optional(),
  MessageStructure: z.string().optional(),
  MessageAttributes: z.record(z.string(), z.unknown()).default({}),
})

const limitBytes = 262_144

export function publish(input: Json, call: Call, store: TopicStore): Json {
  const topic = findTopic(store, input.TopicArn ?? input.TargetArn)
  const { Message, Subject, MessageStructure, MessageAttributes } = acceptMessage(input)
  const text = MessageStructure === 'json' ? defaultText(Message) : Message
  const message = {
    MessageId: randomUUID(),
    TopicArn: topic.arn,
    ...(Subject === undefined ? {} : { Subject }),
    Message: text,
    Timestamp: call.cloud.now().toISOString(),
    ...(Object.keys(MessageAttributes).length === 0 ? {} : { MessageAttributes }),
  }
  append(join(store.directory, `${topic.name}.jsonl`), message)
  for (const subscription of store.subscriptions.values())
    if (subscription.topicArn === topic.arn && subscription.protocol === 'lambda')
      void deliver(call.cloud, topic, subscription, message)
  return { MessageId: message.MessageId }
}

function acceptMessage(input: Json) {
  const parsed = request.safeParse(input)
  if (!parsed.success) throw new AwsError('InvalidParameter', 'Invalid parameter: Message')
  const { Message: message, Subject: subject } = parsed.data
  if (message === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message')
  if (Buffer.byteLength(message) > limitBytes)
    throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long')
  if (subject !== undefined && !/^[\x20-\x7e]{1,99}$/.test(subject))
    throw new AwsError('InvalidParameter', 'Invalid parameter: Subject')
  return parsed.data
}

/** With MessageStructure `json` the message names a text per protocol; every local delivery takes the default. */
function defaultText(message: string): string {
  const texts = z.object({ default: z.string() }).safeParse(tryParse(message))
  if (!texts.success)
    throw new AwsError(
      'InvalidParameter',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    )
  return texts.data.default
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AwsError(
      'InvalidParameter',
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    )
  }
}

function append(path: string, message: Json): void {
  const file = openSync(path, 'a', 0o600)
  try {
    writeSync(file, `${JSON.stringify(message)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function deliver(cloud: Cloud, topic: Topic, subscription: Subscription, message: Json): Promise<void> {
  const event = {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: { Type: 'Notification', Subject: null, MessageAttributes: {}, ...message },
      },
    ],
  }
  try {
    await cloud.call(
      'lambda',
      'Invoke',
      {
        FunctionName: subscription.endpoint,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(event)),
      },
      ownerPrincipal(cloud),
    )
  } catch (error) {
    cloud.log(
      `sns: ${topic.name} to ${subscription.endpoint}: ${error instanceof Error ? error.name : 'failed'}`,
    )
  }
}
