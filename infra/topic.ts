/** The topic that alarms and failures reach people through. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant, type PrincipalStatement, policyDocument } from './policy-document.ts'

export interface TopicArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
}

export class Topic extends pulumi.ComponentResource {
  readonly topicName: string
  readonly arn: pulumi.Output<string>
  readonly #key: Key

  constructor(name: string, args: TopicArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Topic', name, {}, options)
    this.topicName = args.names.of('topic', 'alerts')
    this.#key = args.key
    const topic = new aws.sns.Topic(
      `${name}-topic`,
      {
        name: this.topicName,
        displayName: this.topicName,
        // An own key: under the AWS managed one CloudWatch cannot publish, and says nothing.
        kmsMasterKeyId: args.key.arn,
      },
      { parent: this },
    )
    new aws.sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topic.arn.apply((topicArn) => topicPolicy(topicArn, args)) },
      { parent: this },
    )
    this.arn = topic.arn
    this.registerOutputs({ topicName: this.topicName, arn: this.arn })
  }

  publish(): Grant {
    return pulumi
      .all([this.arn, this.#key.arn])
      .apply(([topic, key]) => [
        allow(['sns:Publish'], [topic]),
        allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key]),
      ])
  }
}

function topicPolicy(topicArn: string, { account, names }: TopicArgs): string {
  const publisher = (Sid: string, service: string, source: string): PrincipalStatement => ({
    Sid,
    Effect: 'Allow',
    Principal: { Service: service },
    Action: ['sns:Publish'],
    Resource: [topicArn],
    Condition: {
      StringEquals: { 'aws:SourceAccount': account.accountId },
      ArnLike: { 'aws:SourceArn': source },
    },
  })
  return policyDocument([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: ['sns:Publish'],
      Resource: [topicArn],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    publisher('Alarms', 'cloudwatch.amazonaws.com', arn(account, 'cloudwatch', `alarm:${names.prefix}*`)),
    publisher('Rules', 'events.amazonaws.com', arn(account, 'events', `rule/${names.prefix}*`)),
  ])
}
