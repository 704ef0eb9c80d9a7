/** Where an event goes that no function could take: kept, encrypted, and counted. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant, policyDocument } from './policy-document.ts'

export interface DeadLetterQueueArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
}

export class DeadLetterQueue extends pulumi.ComponentResource {
  readonly queueName: string
  readonly arn: pulumi.Output<string>
  readonly #key: Key

  constructor(name: string, args: DeadLetterQueueArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:DeadLetterQueue', name, {}, options)
    this.queueName = args.names.of('queue', 'undelivered')
    this.#key = args.key
    const queue = new aws.sqs.Queue(
      `${name}-queue`,
      {
        name: this.queueName,
        kmsMasterKeyId: args.key.arn,
        // Two weeks, the longest that SQS keeps: over a holiday somebody still looks in time.
        messageRetentionSeconds: 1_209_600,
      },
      { parent: this },
    )
    new aws.sqs.QueuePolicy(
      `${name}-policy`,
      { queueUrl: queue.url, policy: queue.arn.apply((arn) => queuePolicy(arn, args)) },
      { parent: this },
    )
    this.arn = queue.arn
    this.registerOutputs({ queueName: this.queueName, arn: this.arn })
  }

  send(): Grant {
    return pulumi
      .all([this.arn, this.#key.arn])
      .apply(([queue, key]) => [
        allow(['sqs:SendMessage'], [queue]),
        allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key]),
      ])
  }
}

function queuePolicy(queueArn: string, { account, names }: DeadLetterQueueArgs): string {
  return policyDocument([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: ['sqs:*'],
      Resource: [queueArn],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'RulesOfThisEnvironment',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['sqs:SendMessage'],
      Resource: [queueArn],
      Condition: {
        ArnLike: {
          'aws:SourceArn': `arn:${account.partition}:events:${account.region}:${account.accountId}:rule/${names.prefix}*`,
        },
      },
    },
  ])
}
