/** Topics and subscriptions as they are kept, and the errors of a name that is not there. */
import { join } from 'node:path'
import * as z from 'zod'
import { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Cloud } from '../service.ts'

const topicSchema = z.object({
  arn: z.string(),
  name: z.string(),
  owner: z.string(),
  attributes: z.record(z.string(), z.string()),
})
export type Topic = z.output<typeof topicSchema>

const subscriptionSchema = z.object({
  arn: z.string(),
  topicArn: z.string(),
  protocol: z.string(),
  endpoint: z.string(),
  owner: z.string(),
  /** An e-mail subscription on AWS waits for the reader's click. */
  confirmed: z.boolean(),
})
export type Subscription = z.output<typeof subscriptionSchema>

export interface TopicStore {
  readonly directory: string
  readonly topics: DurableCollection<Topic>
  readonly subscriptions: DurableCollection<Subscription>
}

export function openTopicStore(cloud: Cloud): TopicStore {
  const directory = cloud.directory('sns')
  return {
    directory,
    topics: new DurableCollection(join(directory, 'topics'), topicSchema),
    subscriptions: new DurableCollection(join(directory, 'subscriptions'), subscriptionSchema),
  }
}

/** @throws AwsError `InvalidParameter` for what is no topic ARN, `NotFound` for a topic that is not there. */
export function findTopic({ topics }: TopicStore, arn: unknown): Topic {
  if (typeof arn !== 'string' || !/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/.test(arn))
    throw new AwsError('InvalidParameter', 'Invalid parameter: TopicArn')
  const topic = topics.get(arn)
  if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404)
  return topic
}
