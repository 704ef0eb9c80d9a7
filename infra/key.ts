/** The customer managed key that encrypts everything an environment keeps. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import { kept } from './kept.ts'
import type { Names } from './names.ts'
import { allow, type Grant, type PrincipalStatement, policyDocument } from './policy-document.ts'

export interface KeyArgs {
  readonly names: Names
  readonly account: Account
}

export class Key extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly keyId: pulumi.Output<string>

  constructor(name: string, args: KeyArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Key', name, {}, options)
    const { names, account } = args
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `Everything that ${names.prefix.slice(0, -1)} keeps`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy(account, names),
      },
      { parent: this, ...kept(`${name}-key`) },
    )
    new aws.kms.Alias(`${name}-alias`, { name: names.keyAlias(), targetKeyId: key.keyId }, { parent: this })
    this.arn = key.arn
    this.keyId = key.keyId
    this.registerOutputs({ arn: this.arn })
  }

  /** What reading encrypted content takes. */
  decrypt(): Grant {
    return this.arn.apply((key) => [allow(['kms:Decrypt'], [key])])
  }

  /** What writing encrypted content takes; decrypting is part of it (multipart uploads, queues, tables). */
  encrypt(): Grant {
    return this.arn.apply((key) => [allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key])])
  }
}

/** In a key's policy `*` is the key itself. IAM decides for principals of the account; services are named. */
function keyPolicy(account: Account, names: Names): string {
  const { partition, region, accountId } = account
  const ours = { StringEquals: { 'aws:SourceAccount': accountId } }
  const service = (
    Sid: string,
    principal: string,
    Action: readonly string[],
    Condition: PrincipalStatement['Condition'] = ours,
  ): PrincipalStatement => ({
    Sid,
    Effect: 'Allow',
    Principal: { Service: principal },
    Action,
    Resource: ['*'],
    Condition,
  })
  return policyDocument([
    {
      Sid: 'AccountDecidesByIam',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: ['kms:*'],
      Resource: ['*'],
    },
    // An alarm cannot publish to a topic under the AWS managed key: it would be silent.
    service('AlarmsPublishToEncryptedTopics', 'cloudwatch.amazonaws.com', [
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]),
    service('EventsReachEncryptedQueuesAndTopics', 'events.amazonaws.com', [
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]),
    service(
      'LogGroupsOfThisEnvironment',
      `logs.${region}.amazonaws.com`,
      [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [
            arn(account, 'logs', `log-group:/aws/lambda/${names.prefix}*`),
            arn(account, 'logs', `log-group:/aws/vendedlogs/states/${names.prefix}*`),
            arn(account, 'logs', `log-group:/aws/sagemaker/Endpoints/${names.prefix}*`),
            arn(account, 'logs', `log-group:/aws/codebuild/${names.prefix}*`),
            arn(account, 'logs', `log-group:/aws/vendedlogs/vpc/${names.prefix}*`),
          ],
        },
      },
    ),
  ])
}
